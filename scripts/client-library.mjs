/** The library that talks to the server is a script of its own, loaded with the first server: activation stays quick. */
export const clientLibraryApart = {
  name: "client-library-apart",
  setup({ onResolve }) {
    onResolve({ filter: /^vscode-languageclient(\/node)?$/ }, ({ kind }) =>
      kind === "entry-point" ? undefined : { path: "./languageclient.cjs", external: true },
    );
  },
};
