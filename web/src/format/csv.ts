// Comma-separated values (RFC 4180) for spreadsheets, which would run what begins like a formula:
// label values are other people's text.

const FORMULA = /^[=+\-@\t\r]/;
const NUMBER = /^[-+]?(\d+(\.\d+)?(e[-+]?\d+)?|Inf)$/i;

function cell(text: string): string {
  const safe = FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
}

export function csv(rows: string[][]): string {
  return rows.map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}
