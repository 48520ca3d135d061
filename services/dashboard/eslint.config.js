import hooks from "eslint-plugin-react-hooks";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

export default defineConfig(
  globalIgnores(["dist", "dist.new", "src/api/generated"]),
  tseslint.configs.strict,
  hooks.configs.flat.recommended,
);
