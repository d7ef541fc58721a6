// Small choices that the browser keeps from one visit to the next. A browser that keeps nothing
// (its storage is blocked) is one in which nothing was chosen.

export function keepChoice(name: string, value: string): void {
  try {
    localStorage.setItem(`tributary.${name}`, value);
  } catch {
    // Not kept, then.
  }
}

export function keptChoice(name: string): string | null {
  try {
    return localStorage.getItem(`tributary.${name}`);
  } catch {
    return null;
  }
}
