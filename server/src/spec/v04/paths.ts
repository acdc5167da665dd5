/** Paths and URIs as text: `/` separates, nothing is looked up. */

const absolute = /^(?:[a-zA-Z][a-zA-Z0-9+.-]*:\/\/[^/]*\/|\/|[a-zA-Z]:\/)/;

function plain(path: string): string {
  return path.includes("://") ? path : path.replaceAll("\\", "/");
}

/** The folder a file lies in; `.` for a bare name. */
export function folderOf(path: string): string {
  const end = plain(path).lastIndexOf("/");
  return end < 0 ? "." : end === 0 ? "/" : plain(path).slice(0, end);
}

/** `path` as seen from `folder`, with `.` and `..` resolved. */
export function joinPath(folder: string, path: string): string {
  const whole = absolute.test(plain(path)) ? plain(path) : `${plain(folder)}/${plain(path)}`;
  const root = absolute.exec(whole)?.[0] ?? "";
  const parts: string[] = [];
  for (const part of whole.slice(root.length).split("/")) {
    if (part === "" || part === ".") continue;
    if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else if (part !== ".." || root === "") parts.push(part);
  }
  return root + parts.join("/") || ".";
}

export function isPattern(path: string): boolean {
  return /[*?[\]]/.test(path);
}

/** Shell pattern of one file name (`*`, `?`) as a test. */
export function matchesPattern(name: string, pattern: string): boolean {
  // Classic two-pointer match: linear but for the last star, whatever the pattern.
  let [n, p, star, mark] = [0, 0, -1, 0];
  while (n < name.length) {
    if (p < pattern.length && pattern[p] === "*") [star, mark, p] = [p, n, p + 1];
    else if (p < pattern.length && (pattern[p] === "?" || pattern[p] === name[n])) [n, p] = [n + 1, p + 1];
    else if (star >= 0) [p, mark, n] = [star + 1, mark + 1, mark + 1];
    else return false;
  }
  while (pattern[p] === "*") p += 1;
  return p === pattern.length;
}
