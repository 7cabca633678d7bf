"use client";

import { Download } from "lucide-react";
import { Button } from "@/components/ui/button";

/**
 * Saves a text as a file, without asking the server again.
 * @param name of the file
 * @param what it is, in a word or two: "policies"
 */
export function DownloadText({ text, name, what }: { text: string; name: string; what: string }) {
  const save = () => {
    const address = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
    const link = document.createElement("a");
    link.href = address;
    link.download = name;
    link.click();
    URL.revokeObjectURL(address);
  };
  return (
    <Button onClick={save}>
      <Download aria-hidden />
      Download {what}
    </Button>
  );
}
