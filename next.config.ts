import type { NextConfig } from "next";

const config: NextConfig = {
  poweredByHeader: false,
  productionBrowserSourceMaps: false,
  images: { unoptimized: true },
  // `npm test` checks types; a start does not wait for it.
  typescript: { ignoreBuildErrors: true },
  experimental: { authInterrupts: true, serverActions: { bodySizeLimit: "1mb" } },
  serverExternalPackages: ["pg", "@prisma/adapter-pg", "@prisma/schema-engine-wasm", "@cedar-policy/cedar-wasm"],
};

export default config;
