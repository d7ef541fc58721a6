import { expect, it } from "vitest";
import { type KeyPress, KeySequence, nameOf } from "./shortcut-keys";

function key(name: string, held: Partial<KeyPress> = {}): KeyPress {
  return { key: name, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...held };
}

it("names keys as they are written in shortcuts", () => {
  expect(nameOf(key("?", { shiftKey: true }))).toBe("?");
  expect(nameOf(key("R", { shiftKey: true }))).toBe("shift+r");
  expect(nameOf(key("Enter", { metaKey: true }))).toBe("ctrl+enter");
  expect(nameOf(key("ArrowLeft"))).toBe("arrowleft");
});

it("knows sequences, forgets them with time, and goes on after a wrong key", () => {
  const wanted = ["?", "t z", "t ArrowLeft", "g e", "Shift+R"];
  const keys = new KeySequence();
  const press = (name: string, at: number) => keys.press(key(name), at, wanted);

  expect(press("t", 0)).toBeUndefined();
  expect(press("z", 100)).toBe("t z");
  expect(press("z", 200)).toBeUndefined();

  expect(press("t", 300)).toBeUndefined();
  expect(press("g", 400)).toBeUndefined();
  expect(press("e", 500)).toBe("g e");

  expect(press("t", 600)).toBeUndefined();
  expect(press("z", 60_000)).toBeUndefined();

  expect(press("t", 61_000)).toBeUndefined();
  expect(press("Shift", 61_100)).toBeUndefined();
  expect(press("ArrowLeft", 61_200)).toBe("t ArrowLeft");
  expect(keys.press(key("R", { shiftKey: true }), 61_300, wanted)).toBe("Shift+R");
});
