// A text as a QR code, drawn here: an SVG of our own, made of elements, so nothing is fetched and no HTML is parsed.

import { correction, generate } from "../../vendor/lean-qr-2.7.4.min.js";

const SVG = "http://www.w3.org/2000/svg";
const QUIET = 4; // white squares around it, as the standard asks

/** An SVG element that shows `text`; `label` says in words what it is. Black on white in every colour scheme. */
export function qrCode(text, label) {
  const code = generate(text, { minCorrectionLevel: correction.M });
  const side = code.size + 2 * QUIET;
  const image = element("svg", { viewBox: `0 0 ${side} ${side}`, role: "img", "aria-label": label, class: "qr" });
  image.append(
    element("rect", { width: side, height: side, fill: "#fff" }),
    element("path", { d: squares(code), fill: "#000", "shape-rendering": "crispEdges" }),
  );
  return image;
}

function squares(code) {
  const path = [];
  for (let y = 0; y < code.size; y += 1) {
    for (let x = 0; x < code.size; x += 1) {
      if (code.get(x, y)) path.push(`M${x + QUIET} ${y + QUIET}h1v1h-1z`);
    }
  }
  return path.join("");
}

function element(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}
