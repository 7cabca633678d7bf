"use client";

import "@/app/globals.css";

/** The last resort, when the root layout itself failed: no kit, no data, only what to do. */
export default function GlobalError({ error, retry }: { error: Error & { digest?: string }; retry: () => void }) {
  return (
    <html lang="en" data-theme="system">
      <body>
        <main id="main" className="grid min-h-dvh place-items-center p-4 text-center">
          <div className="flex max-w-md flex-col items-center gap-3">
            <title>Countersign could not show this page</title>
            <h1 className="font-semibold text-xl">Countersign could not show this page</h1>
            <p className="text-muted">Nothing was changed, and decisions are answered as before. Try again.</p>
            {error.digest && (
              <p className="text-muted text-xs">
                Error id <code className="font-mono">{error.digest}</code>
              </p>
            )}
            <button
              type="button"
              onClick={retry}
              className="h-8 rounded-md border border-border-strong px-3 font-medium"
            >
              Try again
            </button>
          </div>
        </main>
      </body>
    </html>
  );
}
