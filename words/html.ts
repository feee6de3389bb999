/** Text as it is written in HTML, between tags and inside quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`);
}

export interface HtmlPage {
  /** The Content-Security-Policy. */
  policy: string;
  title: string;
  /** Markup of the head after the title, and of the body with its tags. */
  head: string;
  body: string;
}

/** A whole HTML document. The title is escaped; the other parts are markup already. */
export function htmlPage({ policy, title, head, body }: HtmlPage): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
${head}
</head>
${body}
</html>
`;
}
