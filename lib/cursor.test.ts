import { expect, test } from "vitest";
import { cursorOf, decodeCursor, encodeCursor } from "./cursor";

test.each([[["a", "b"]], [['Lucía 🚀 "quoted"', "agt_1"]], [["", "?>?>"]]])(
  "a cursor gives back the keys it was made of: %j",
  (keys) => {
    const cursor = encodeCursor(keys);
    expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
    expect(cursorOf(2).safeParse(cursor).success).toBe(true);
    expect(decodeCursor(cursor, 2)).toEqual(keys);
  },
);

test.each(["", "not one", "W10", encodeCursor(["a"]), encodeCursor(["a", "b", "c"]), "eyJub3QiOiIifQ", "_____w"])(
  "what is not a cursor of this list is refused: %j",
  (text) => {
    expect(cursorOf(2).safeParse(text).success).toBe(false);
  },
);
