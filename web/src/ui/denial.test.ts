import { expect, it } from "vitest";
import { parseDenial } from "./denial";

it("takes a denial on both sides apart", () => {
  const parts = parseDenial(
    'missing in the identity-based policy of role A of account 1: {"Effect":"Allow","Action":"x"}' +
      ' (statement "S" is for {other}); missing in the role trust policy of role B of account 2:' +
      ' {"Effect":"Allow","Principal":{"AWS":"a}\\"b"}}',
  );

  expect(parts.map((part) => part.text)).toEqual([
    "missing in the identity-based policy of role A of account 1",
    "missing in the role trust policy of role B of account 2",
  ]);
  expect(parts[0]?.nearMiss).toBe('statement "S" is for {other}');
  expect(JSON.parse(parts[1]?.statement ?? "")).toEqual({
    Effect: "Allow",
    Principal: { AWS: 'a}"b' },
  });
});

it("keeps what names no statement, is cut off, or reads otherwise", () => {
  expect(parseDenial("")).toEqual([]);
  expect(parseDenial("denied by policy P (identity-based policy)")).toEqual([
    { text: "denied by policy P (identity-based policy)", statement: "", nearMiss: "" },
  ]);
  expect(parseDenial('missing in the x of y: {"Effect":"Al')).toEqual([
    { text: 'missing in the x of y: {"Effect":"Al', statement: "", nearMiss: "" },
  ]);
  expect(parseDenial("missing in the a of b; missing in the c of d").length).toBe(2);
});
