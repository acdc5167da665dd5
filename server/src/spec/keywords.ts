/**
 * Keywords that Timeloop rewrites from hyphens to underscores before it reads a file
 * (`compound-config/hyphens-to-underscores.hpp`). Others count only as they are spelt in the program.
 */
const rewritten = new Set(
  `tile_width CNN_Layer router_energy energy_per_hop num_ports multiple_buffering cluster_area wire_energy
  metadata_word_bits word_bits cnn_layer min_utilization network_type block_size gemm_ABZ vector_access_energy
  read_write fixed_structured adder_energy search_size victory_condition random_pruned linear_pruned num_banks
  addr_gen_energy cluster_size network_word_bits data_spaces num_threads optimization_metric optimization_metrics
  last_level_accesses sync_interval log_stats log_all log_suboptimal log_interval live_status filter_revisits
  max_permutations_per_if_visit penalize_consecutive_bypass_fails step_size inner_to_outer outer_to_inner tree_like
  action_optimization compute_optimization gate_on_zero_operand condition_on representation_format compression_rate
  rank_application_order payload_word_bits`
    .split(/\s+/)
    .map((name) => [name.replaceAll("_", "-"), name] as const)
    .filter(([hyphenated, name]) => hyphenated !== name)
    .map(([hyphenated]) => hyphenated),
);

/** A key or keyword as Timeloop sees it: `word-bits` is `word_bits`, `read-bandwidth` stays itself. */
export function keyword(text: string): string {
  return rewritten.has(text) ? text.replaceAll("-", "_") : text;
}
