import { expect, test } from "vitest";
import { bucketLabel, bucketTitle } from "./time-bucket";

test("buckets are named in UTC, whatever the zone of the machine", () => {
  expect(bucketLabel("2026-11-12T00:00:00Z", "day")).toBe("12 Nov");
  expect(bucketTitle("2026-11-12T00:00:00Z", "day")).toBe("Thu 12 Nov 2026");
  expect(bucketLabel("2026-11-12T23:00:00Z", "hour")).toBe("23:00");
  expect(bucketTitle("2026-11-12T23:00:00Z", "hour")).toBe("12 Nov, 23:00 UTC");
});
