// brain.js - the silhouette of a brain on three planes, for orientation behind what stands at coordinates in MNI space.
//
// Outlines of the brain mask of a template, rounded to millimetres; its notice stands in every page that has them.
/*! Outlines of the brain: ICBM 2009a template (MNI152). Copyright (C) 1993-2009 Louis Collins, McConnell Brain Imaging Centre, Montreal
 * Neurological Institute, McGill University. Permission to use, copy, modify, and distribute is granted, provided that this notice appears in all copies. */
const flat = {
  left: [-107,-2,-107,4,-106,11,-103,18,-101,24,-96,31,-93,38,-89,44,-84,51,-79,58,-75,64,-68,69,-61,73,-54,77,-48,80,-41,81,-34,81,-28,80,-21,80,-14,79,-8,78,-1,76,6,74,12,72,19,69,26,66,33,62,39,58,46,53,53,47,58,41,63,34,67,27,69,21,71,14,73,7,73,0,72,-6,71,-13,67,-20,63,-26,56,-29,49,-30,43,-32,36,-32,29,-32,26,-36,22,-43,16,-47,9,-50,3,-52,-4,-52,-11,-49,-17,-46,-24,-50,-30,-54,-33,-60,-37,-67,-43,-72,-49,-71,-55,-67,-62,-64,-69,-62,-75,-59,-82,-53,-88,-46,-91,-40,-93,-33,-93,-26,-95,-21,-102,-16,-105,-9],
  above: [-72,-40,-72,-34,-72,-27,-72,-21,-70,-14,-69,-7,-67,-1,-65,6,-63,13,-61,19,-60,26,-58,33,-56,39,-53,46,-49,52,-44,59,-37,64,-31,67,-24,70,-17,72,-11,73,-4,71,3,71,9,73,16,73,22,71,29,68,36,65,42,61,48,54,52,47,55,41,58,34,60,27,61,21,63,14,65,7,66,1,68,-6,70,-12,71,-19,72,-26,72,-32,72,-39,71,-46,69,-52,66,-59,62,-66,58,-72,54,-79,50,-85,43,-92,36,-98,30,-102,23,-105,16,-107,10,-106,4,-102,-3,-102,-8,-106,-15,-107,-21,-106,-28,-103,-35,-99,-41,-94,-48,-87,-53,-80,-57,-74,-61,-67,-65,-60,-68,-54,-70,-47],
  behind: [-72,-15,-72,-9,-72,-3,-72,3,-72,9,-70,15,-70,21,-70,27,-70,33,-68,40,-66,46,-62,52,-56,58,-51,64,-45,68,-39,71,-33,74,-27,77,-20,80,-14,82,-8,81,-2,78,4,79,10,81,16,81,22,79,28,76,35,73,41,70,47,67,53,62,58,56,63,50,66,44,68,38,70,32,70,25,70,19,71,13,72,7,72,1,72,-5,72,-11,71,-17,70,-23,66,-30,62,-36,58,-42,53,-48,49,-54,44,-59,38,-62,32,-63,26,-64,19,-64,13,-66,7,-68,2,-72,-4,-71,-9,-67,-15,-66,-21,-64,-27,-64,-34,-63,-40,-61,-46,-58,-50,-52,-54,-46,-59,-40,-64,-34,-67,-28,-70,-22],
};
const pairs = (numbers) => Array.from({ length: numbers.length / 2 + 1 }, (_, k) => [numbers[(2 * k) % numbers.length], numbers[(2 * k) % numbers.length + 1]]);

/** Closed outlines in mm: left (y, z), above (x, y), behind (x, z). */
export const silhouette = { left: pairs(flat.left), above: pairs(flat.above), behind: pairs(flat.behind) };

/** Do these places fill a brain of that space and no other?  Atlases of other spaces (a surface, an animal) get no human brain behind them. */
export const inMniSpace = (rows, [x, y, z] = ["x_mm", "y_mm", "z_mm"]) => rows.length > 0 && rows.every((row) => Math.abs(row[x]) <= 74 && row[y] >= -110 && row[y] <= 76 && row[z] >= -75 && row[z] <= 84);
