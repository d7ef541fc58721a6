import { expect, it } from "vitest";
import { nameOf, remaining } from "./identity";

it("calls people and roles by their names", () => {
  expect(nameOf("arn:aws:iam::111111111111:user/team/ann")).toBe("ann");
  expect(nameOf("arn:aws:sts::111111111111:assumed-role/Reader/console-ann")).toBe(
    "Reader/console-ann",
  );
  expect(nameOf("arn:aws:iam::111111111111:root")).toBe("root");
  expect(nameOf("nonsense")).toBe("nonsense");
});

it("says how long is left", () => {
  expect(remaining(43_199)).toBe("11 h 59 min");
  expect(remaining(300)).toBe("5 min");
  expect(remaining(59)).toBe("less than a minute");
  expect(remaining(-5)).toBe("less than a minute");
});
