import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [react()],
  build: { assetsInlineLimit: 0, modulePreload: { polyfill: false }, chunkSizeWarningLimit: 700 },
  server: {
    proxy: { "/v1": "http://127.0.0.1:8080", "/session": "http://127.0.0.1:8080", "/health": "http://127.0.0.1:8080" },
  },
});
