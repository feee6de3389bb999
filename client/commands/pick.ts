import { ThemeIcon, window } from 'vscode';
import type { QuickPickItem } from 'vscode';

export interface Choice<T> extends QuickPickItem {
  value: T;
}

/** One of several; the only one without asking. Undefined when the person pressed Escape. */
export async function pick<T>(title: string, choices: Choice<T>[]): Promise<T | undefined> {
  const chosen = await window.showQuickPick(choices, { title, matchOnDescription: true, matchOnDetail: true });
  return chosen?.value;
}

export function choice<T>(value: T, label: string, description = '', icon?: string): Choice<T> {
  return {
    value,
    label,
    description,
    iconPath: icon === undefined ? undefined : new ThemeIcon(icon.replace('~spin', '')),
  };
}
