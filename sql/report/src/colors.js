// colors.js - one colour and one symbol a kind of arm, the same in every figure.  All have a contrast of 4.5 or more on white, and differ
// in lightness or symbol where the colour-blind see one hue.
export const ink = { text: "#1c2127", soft: "#4d5861", faint: "#5f6a73", line: "#dfe4e7", rule: "#aab3ba", accent: "#0b6e63" };
const kinds = { verum: ["#0b6e63", "circle"], sham: ["#b0500b", "square"], drug: ["#4a5a9a", "triangle"], usual_care: ["#7b4f9e", "diamond"],
  waiting_list: ["#5f6a73", "cross"], healthy: ["#2a6fb0", "diamond2"], observed: ["#3d4650", "circle"], masked: ["#3d4650", "circle"] };
export const armColor = (kind) => (kinds[kind] ?? kinds.observed)[0];
export const armSymbol = (kind) => (kinds[kind] ?? kinds.observed)[1];
export const figureStyle = { fontSize: "12px", color: "#39424a", background: "none", fontFamily: "inherit", overflow: "visible" };
