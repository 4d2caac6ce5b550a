// colors.js - one colour a kind of arm, the same in every figure.
export const ink = { soft: "#5b6670", faint: "#8b959e", line: "#e3e7ea", accent: "#0b6e63" };
const kinds = { verum: "#0b6e63", sham: "#c2722b", drug: "#5d6d9e", usual_care: "#8a6fa8", waiting_list: "#7d8790", healthy: "#4c7fb8", observed: "#7d8790" };
export const armColor = (kind) => kinds[kind] ?? "#7d8790";
export const figureStyle = { fontSize: "12px", color: "#39424a", background: "none", fontFamily: "inherit", overflow: "visible" };
