/** Slash-separated paths and URIs, without touching any file system. */

const unsaved = "untitled:";

/** `reference` as seen from the file `from`; absolute references and URIs stay as they are. */
export function resolvePath(from: string, reference: string): string {
  const target = reference.replaceAll("\\", "/");
  if (/^([a-z][a-z0-9+.-]*:|\/)/i.test(target)) return target;
  const authority = /^[a-z][a-z0-9+.-]*:(\/\/[^/]*)?/i.exec(from)?.[0] ?? "";
  const rooted = from.slice(authority.length).startsWith("/");
  const parts = from
    .slice(authority.length)
    .replaceAll("\\", "/")
    .split("/")
    .slice(0, -1)
    .filter((part) => part !== "" && part !== ".");
  for (const part of target.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else if (part !== ".." || !rooted) parts.push(part);
  }
  return authority + (rooted ? "/" : "") + parts.join("/");
}

/** Steps up and down the folder tree from one file to the other; 0 within one folder. */
export function folderDistance(a: string, b: string): number {
  // A document that is not saved yet lies where it will be saved, or nowhere: then the outermost files are the nearest.
  if (a.startsWith(unsaved) && !b.startsWith(unsaved)) {
    return folderDistance(a.slice(unsaved.length), b.replace(/^[\w+.-]+:(\/\/[^/]*)?/, ""));
  }
  const from = a.split("/").slice(0, -1);
  const to = b.split("/").slice(0, -1);
  let shared = 0;
  while (shared < from.length && shared < to.length && from[shared] === to[shared]) shared++;
  return from.length + to.length - 2 * shared;
}

/** The way from the folder of the file `from` to the file `to`. */
export function relativePath(from: string, to: string): string {
  const a = from.split("/").slice(0, -1);
  const b = to.split("/");
  let shared = 0;
  while (shared < a.length && shared < b.length - 1 && a[shared] === b[shared]) shared++;
  if (from.startsWith(unsaved) && shared === 0) return to;
  return [...a.slice(shared).map(() => ".."), ...b.slice(shared)].join("/");
}

export function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}

/** The same as people write it: without percent signs of a URI. */
export function fileName(uri: string): string {
  const name = baseName(uri);
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
