/** Takes down what is drawn on a canvas as SVG: as much of the interface as charts use. */

type Matrix = readonly [number, number, number, number, number, number];

interface Pen {
  fillStyle: string;
  strokeStyle: string;
  lineWidth: number;
  font: string;
  textAlign: CanvasTextAlign;
  textBaseline: CanvasTextBaseline;
  globalAlpha: number;
  lineCap: CanvasLineCap;
  lineJoin: CanvasLineJoin;
  dash: readonly number[];
  matrix: Matrix;
  clip: string | null;
}

const anchors: Readonly<Record<string, string>> = { center: "middle", right: "end", end: "end" };
const baselines: Readonly<Record<string, string>> = {
  middle: "central",
  top: "text-before-edge",
  bottom: "text-after-edge",
};
const escaped = (text: string) => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
const n = (value: number) => String(Math.round(value * 100) / 100);

export class SvgContext implements Omit<Pen, "dash" | "matrix" | "clip"> {
  fillStyle = "#000";
  strokeStyle = "#000";
  lineWidth = 1;
  font = "10px sans-serif";
  textAlign: CanvasTextAlign = "start";
  textBaseline: CanvasTextBaseline = "alphabetic";
  globalAlpha = 1;
  lineCap: CanvasLineCap = "butt";
  lineJoin: CanvasLineJoin = "miter";
  lineDashOffset = 0;
  private dash: readonly number[] = [];
  private matrix: Matrix = [1, 0, 0, 1, 0, 0];
  private clipId: string | null = null;
  private path = "";
  private readonly stack: Pen[] = [];
  private readonly parts: string[] = [];
  private clips = 0;

  constructor(
    readonly canvas: HTMLCanvasElement,
    private readonly measuring: CanvasRenderingContext2D,
    private readonly width: number,
    private readonly height: number,
    private readonly background: string,
  ) {}

  toString(): string {
    const size = `width="${n(this.width)}" height="${n(this.height)}" viewBox="0 0 ${n(this.width)} ${n(this.height)}"`;
    const ground = `<rect width="100%" height="100%" fill="${escaped(this.background)}"/>`;
    return `<svg xmlns="http://www.w3.org/2000/svg" ${size}>${ground}${this.parts.join("")}</svg>\n`;
  }

  save(): void {
    const { fillStyle, strokeStyle, lineWidth, font, textAlign, textBaseline, globalAlpha, lineCap, lineJoin } = this;
    const pen = { fillStyle, strokeStyle, lineWidth, font, textAlign, textBaseline, globalAlpha, lineCap, lineJoin };
    this.stack.push({ ...pen, dash: this.dash, matrix: this.matrix, clip: this.clipId });
  }

  restore(): void {
    const pen = this.stack.pop();
    if (pen === undefined) return;
    const { clip, ...rest } = pen;
    Object.assign(this, rest);
    this.clipId = clip;
  }

  translate(x: number, y: number): void {
    const [a, b, c, d, e, f] = this.matrix;
    this.matrix = [a, b, c, d, a * x + c * y + e, b * x + d * y + f];
  }

  rotate(angle: number): void {
    const [a, b, c, d, e, f] = this.matrix;
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    this.matrix = [a * cos + c * sin, b * cos + d * sin, c * cos - a * sin, d * cos - b * sin, e, f];
  }

  scale(x: number, y: number): void {
    const [a, b, c, d, e, f] = this.matrix;
    this.matrix = [a * x, b * x, c * y, d * y, e, f];
  }

  setTransform(): void {}
  resetTransform(): void {}
  clearRect(): void {}

  beginPath(): void {
    this.path = "";
  }
  closePath(): void {
    this.path += "Z";
  }
  moveTo(x: number, y: number): void {
    this.path += `M${this.at(x, y)}`;
  }
  lineTo(x: number, y: number): void {
    this.path += `${this.path === "" ? "M" : "L"}${this.at(x, y)}`;
  }
  bezierCurveTo(x1: number, y1: number, x2: number, y2: number, x: number, y: number): void {
    this.path += `C${this.at(x1, y1)} ${this.at(x2, y2)} ${this.at(x, y)}`;
  }
  quadraticCurveTo(x1: number, y1: number, x: number, y: number): void {
    this.path += `Q${this.at(x1, y1)} ${this.at(x, y)}`;
  }
  rect(x: number, y: number, width: number, height: number): void {
    this.path += `M${this.at(x, y)}L${this.at(x + width, y)}L${this.at(x + width, y + height)}L${this.at(x, y + height)}Z`;
  }
  arc(x: number, y: number, r: number, from: number, to: number, reverse = false): void {
    const whole = Math.abs(to - from) >= 2 * Math.PI - 1e-6;
    const point = (angle: number) => [x + r * Math.cos(angle), y + r * Math.sin(angle)] as const;
    this.lineTo(...point(from));
    const stops = whole ? [from + Math.PI, to] : [to];
    let last = from;
    for (const stop of stops) {
      const large = Math.abs(stop - last) > Math.PI ? 1 : 0;
      this.path += `A${n(r)} ${n(r)} 0 ${large} ${reverse ? 0 : 1} ${this.at(...point(stop))}`;
      last = stop;
    }
  }
  ellipse(x: number, y: number, rx: number, _ry: number, _turn: number, from: number, to: number): void {
    this.arc(x, y, rx, from, to);
  }

  fill(): void {
    this.draw(`<path d="${this.path}" fill="${escaped(this.fillStyle)}"`);
  }
  /** A path for `stroke`, as a canvas takes a `Path2D`. */
  record(draw: () => void): { d: string } {
    this.path = "";
    draw();
    return { d: this.path };
  }
  stroke({ d }: { d: string } = { d: this.path }): void {
    const dash = this.dash.length > 0 ? ` stroke-dasharray="${this.dash.join(" ")}"` : "";
    const look = `stroke-width="${n(this.lineWidth)}" stroke-linecap="${this.lineCap}" stroke-linejoin="${this.lineJoin}"`;
    this.draw(`<path d="${d}" fill="none" stroke="${escaped(this.strokeStyle)}" ${look}${dash}`);
  }
  fillRect(x: number, y: number, width: number, height: number): void {
    this.beginPath();
    this.rect(x, y, width, height);
    this.fill();
  }
  strokeRect(x: number, y: number, width: number, height: number): void {
    this.beginPath();
    this.rect(x, y, width, height);
    this.stroke();
  }
  clip(): void {
    const id = `clip${this.clips++}`;
    this.parts.push(`<clipPath id="${id}"><path d="${this.path}"/></clipPath>`);
    this.clipId = id;
  }

  fillText(text: string, x: number, y: number): void {
    const anchor = anchors[this.textAlign] ?? "start";
    const baseline = baselines[this.textBaseline] ?? "alphabetic";
    const matrix = this.matrix.map(n).join(" ");
    const place = `transform="matrix(${matrix})" x="${n(x)}" y="${n(y)}" text-anchor="${anchor}" dominant-baseline="${baseline}"`;
    this.draw(`<text ${place} style="font:${escaped(this.font)}" fill="${escaped(this.fillStyle)}"`, escaped(text));
  }
  strokeText(): void {}
  measureText(text: string): TextMetrics {
    this.measuring.font = this.font;
    return this.measuring.measureText(text);
  }

  setLineDash(dash: readonly number[]): void {
    this.dash = dash;
  }
  getLineDash(): readonly number[] {
    return this.dash;
  }

  private at(x: number, y: number): string {
    const [a, b, c, d, e, f] = this.matrix;
    return `${n(a * x + c * y + e)} ${n(b * x + d * y + f)}`;
  }

  private draw(start: string, content?: string): void {
    const alpha = this.globalAlpha === 1 ? "" : ` opacity="${n(this.globalAlpha)}"`;
    const drawn = `${start}${alpha}${content === undefined ? "/>" : `>${content}</text>`}`;
    // Around the element: its own transform would move the clip too.
    this.parts.push(this.clipId === null ? drawn : `<g clip-path="url(#${this.clipId})">${drawn}</g>`);
  }
}
