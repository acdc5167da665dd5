/** Brings in the files a design needs: those its modeline and settings name, then the nearest of the workspace. */

import { fileKinds } from "../workspace/kinds.ts";
import { readModeline } from "../workspace/modeline.ts";
import { folderDistance, resolvePath } from "../workspace/paths.ts";
import type { DesignStore } from "../workspace/store.ts";

export interface Files {
  list(near: string, limit: number): Promise<string[]>;
  /** The text of a file, the size of one that is too large, `null` for one that cannot be read. */
  read(uri: string): Promise<string | { bytes: number } | null>;
}

/** Files known around a document; those outside of its folder that are looked into for a missing part. */
const listLimit = 2000;
const readLimit = 200;
/** Files read at the same time. */
const together = 16;
/** Energy tables looked into for a design that has none. */
const tablesRead = 5;
/** Includes within includes. */
const includeRounds = 10;

export class Neighbours {
  /** Files read, being read or known not to concern us; forgotten when they change. */
  private readonly seen = new Map<string, Promise<void>>();
  /** Bytes of the files that are too large to be read. */
  private readonly large = new Map<string, number>();
  /** What lies around the documents of a folder, by that folder. */
  private readonly listings = new Map<string, Promise<string[]>>();

  constructor(
    private readonly store: DesignStore,
    private readonly files: Files,
    /** Lets the store render templates once it has some. */
    private readonly readyForTemplates: () => Promise<void>,
  ) {}

  /** A file appeared, changed or went away outside the editor. Returns true when it may matter. */
  async changed(uri: string, deleted: boolean): Promise<boolean> {
    if (deleted) {
      this.seen.delete(uri);
      this.large.delete(uri);
      const known = this.store.file(uri) !== undefined;
      this.store.setOnDisk(uri, null);
      this.listings.clear();
      return known;
    }
    if (!this.seen.has(uri)) {
      // A new file may complete a design.
      this.listings.clear();
      return true;
    }
    this.seen.delete(uri);
    await this.load(uri);
    return true;
  }

  forget(): void {
    this.seen.clear();
    this.large.clear();
    this.listings.clear();
  }

  /** Reads until the design of `uri` lacks nothing or the workspace has no more to give. */
  async complete(uri: string, designs: readonly (readonly string[])[]): Promise<void> {
    const main = this.store.file(uri);
    if (main === undefined) return;
    await this.readyForTemplates();
    await this.loadIncludes(uri);
    if (!this.store.concerns(uri)) return;
    const named = readModeline(main).map((entry) => resolvePath(uri, entry.value));
    const configured = designs.filter((files) => files.includes(uri)).flat();
    const asked = [...named, ...configured];
    for (const file of asked) await this.load(file);
    if (uri.startsWith("untitled:")) {
      const { missing, parts } = this.store.design(uri);
      if (missing.length === 0 && parts.every(({ foundBy }) => foundBy !== "nearest")) return;
    }

    const folder = uri.slice(0, uri.lastIndexOf("/") + 1);
    const listed = this.listings.get(folder) ?? this.files.list(uri, listLimit);
    this.listings.set(folder, listed);
    const listing = await listed;
    this.store.list(uri, [...listing, ...asked]);
    const files = await this.readRings(uri, listing);
    const near = new Set([...asked, ...listing.filter((file) => folderDistance(uri, file) === 0)]);
    const wanted = ([file]: [string, number]) => near.has(file) && !this.store.isOpen(file);
    const large = [...this.large].filter(wanted).map(([file, bytes]) => ({ uri: file, bytes }));
    this.store.leaveOut(uri, { large, files, orMore: listing.length >= listLimit });
    for (const { ert } of this.store.tablesAround(uri).slice(0, tablesRead)) await this.load(ert);
  }

  /** @returns how many files were not looked into although something was still wanted */
  private async readRings(uri: string, listing: readonly string[]): Promise<number> {
    const rings = new Map<number, string[]>();
    for (const file of listing) {
      const distance = folderDistance(uri, file);
      rings.set(distance, [...(rings.get(distance) ?? []), file]);
    }
    let left = listing.length;
    let room = readLimit;
    for (const [distance, ring] of [...rings].sort(([a], [b]) => a - b)) {
      // The folder itself is read whole: energy tables and constraints are looked for only there.
      if (distance > 0 && this.settled(uri, distance)) return 0;
      const read = distance > 0 ? ring.slice(0, room) : ring;
      for (let i = 0; i < read.length; i += together) {
        await Promise.all(read.slice(i, i + together).map((file) => this.load(file)));
      }
      left -= read.length;
      if (distance > 0) room -= read.length;
      if (read.length < ring.length) break;
    }
    return left;
  }

  /** Nothing at this distance or beyond it can still become part of the design. */
  private settled(uri: string, distance: number): boolean {
    const { missing, parts } = this.store.design(uri);
    // Other designs may have brought in files that lie farther away than what is still to be read.
    return (
      missing.length === 0 &&
      parts.every((part) => part.foundBy !== "nearest" || folderDistance(uri, part.uri) < distance)
    );
  }

  /** What a template includes, and what that includes in turn. */
  private async loadIncludes(uri: string): Promise<void> {
    for (let round = 0, more = true; more && round < includeRounds; round++) {
      more = false;
      const dependencies = this.store.rendered(uri)?.dependencies ?? new Map();
      for (const [file, text] of dependencies) if (text === null && (await this.load(file, () => true))) more = true;
    }
  }

  /** Returns true when the file was not read before. Whoever needs a file that another is reading waits for it. */
  private async load(uri: string, matters = (text: string) => fileKinds(text).length > 0): Promise<boolean> {
    if (this.store.isOpen(uri)) return false;
    const known = this.seen.get(uri);
    const reading = known ?? this.read(uri, matters);
    this.seen.set(uri, reading);
    await reading;
    return known === undefined;
  }

  private async read(uri: string, matters: (text: string) => boolean): Promise<void> {
    const found = await this.files.read(uri);
    if (found !== null && typeof found === "object") this.large.set(uri, found.bytes);
    else this.large.delete(uri);
    this.store.setOnDisk(uri, typeof found === "string" && matters(found) ? found : null);
    await this.readyForTemplates();
  }
}
