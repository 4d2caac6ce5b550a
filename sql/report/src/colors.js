// colors.js - one colour and one symbol an arm, the same in every figure: by its kind, and arms of one kind by turns.  All have a contrast of
// 4.5 or more on white, and differ in lightness or symbol where the colour-blind see one hue.
export const ink = { text: "#1c2127", soft: "#4d5861", faint: "#5f6a73", line: "#dfe4e7", rule: "#aab3ba", accent: "#0b6e63" };
const kinds = { verum: ["#0b6e63", "circle"], sham: ["#b0500b", "square"], drug: ["#4a5a9a", "triangle"], usual_care: ["#7b4f9e", "diamond"],
  waiting_list: ["#5f6a73", "cross"], healthy: ["#2a6fb0", "diamond2"], observed: ["#3d4650", "circle"], masked: ["#3d4650", "circle"] };
const more = [["#8a2a5c", "star"], ["#5a6b00", "wye"], ["#1d4f8f", "triangle2"], ["#8c3b2e", "square2"]];
const turns = new Map();

/** Which of the study's arms of this kind it is, in order of appearance: 0 for the first. */
function turn(row) {
  const key = JSON.stringify([row.study ?? null, row.kind]);
  if (!turns.has(key)) turns.set(key, []);
  const arms = turns.get(key);
  if (!arms.includes(row.arm)) arms.push(row.arm);
  return arms.indexOf(row.arm);
}
const look = (row) => { const k = turn(row); return k === 0 ? kinds[row.kind] ?? kinds.observed : more[(k - 1) % more.length]; };

/** Of a row with study, arm and kind. */
export const armColor = (row) => look(row)[0];
export const armSymbol = (row) => look(row)[1];
export const figureStyle = { fontSize: "12px", color: "#39424a", background: "none", fontFamily: "inherit", overflow: "visible" };
