import {
  convertCssVariables,
  createTheme,
  type CSSVariablesResolver,
  deepMerge,
  defaultCssVariablesResolver,
  defaultVariantColorsResolver,
  type MantineColorsTuple,
  useMantineTheme,
} from "@mantine/core";

const teal: MantineColorsTuple = [
  "#e6f7f9",
  "#c9eef2",
  "#9cdfe6",
  "#66cad6",
  "#3bb5c4",
  "#1fa0b1",
  "#148a9b",
  "#0f7d8e",
  "#0b7285",
  "#095c6b",
];

export const theme = createTheme({
  colors: { teal },
  primaryColor: "teal",
  primaryShade: { light: 8, dark: 4 },
  // Text on the primary colour has to turn with it: white on the dark teal, dark on the light one.
  variantColorResolver: (input) => {
    const colors = defaultVariantColorsResolver(input);
    const primary = input.color === undefined || input.color === input.theme.primaryColor;
    return input.variant === "filled" && primary ? { ...colors, color: "var(--on-primary)" } : colors;
  },
  defaultRadius: 8,
  fontFamily:
    'system-ui, -apple-system, "Segoe UI", Roboto, "PingFang SC", "HarmonyOS Sans SC", MiSans, "Noto Sans SC", "Noto Sans CJK SC", "Microsoft YaHei", sans-serif',
  headings: { fontWeight: "600", sizes: { h1: { fontSize: "1.375rem" }, h2: { fontSize: "1.0625rem" } } },
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { size: "md" } },
    TextInput: { defaultProps: { size: "md" } },
    NativeSelect: { defaultProps: { size: "md" } },
    Textarea: { defaultProps: { size: "md" } },
    Modal: { defaultProps: { transitionProps: { duration: 120 } } },
  },
});

/** Surfaces and meanings: one colour for one meaning, each pair with a contrast of at least 4.5. */
const tokens: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-text": "var(--mantine-color-gray-9)",
    "--mantine-color-dimmed": "var(--mantine-color-gray-7)",
    "--mantine-color-placeholder": "var(--mantine-color-gray-6)",
    "--mantine-color-error": "var(--mantine-color-red-9)",
    "--surface": "var(--mantine-color-white)",
    "--raised": "var(--mantine-color-gray-0)",
    "--line": "var(--mantine-color-gray-3)",
    "--link": "var(--mantine-color-teal-8)",
    "--on-primary": "var(--mantine-color-white)",
    "--draft": "var(--mantine-color-gray-8)",
    "--draft-tint": "var(--mantine-color-gray-1)",
    "--open": "var(--mantine-color-blue-9)",
    "--open-tint": "var(--mantine-color-blue-0)",
    "--waits": "#a13c00",
    "--waits-tint": "var(--mantine-color-orange-0)",
    "--done": "#1e6b2c",
    "--done-tint": "var(--mantine-color-green-0)",
    "--needs": "var(--mantine-color-red-9)",
    "--needs-tint": "var(--mantine-color-red-0)",
  },
  dark: {
    "--mantine-color-text": "var(--mantine-color-gray-1)",
    "--mantine-color-dimmed": "var(--mantine-color-gray-4)",
    "--mantine-color-placeholder": "var(--mantine-color-gray-5)",
    "--mantine-color-error": "var(--mantine-color-red-3)",
    "--mantine-color-body": "var(--mantine-color-dark-8)",
    "--surface": "var(--mantine-color-dark-8)",
    "--raised": "var(--mantine-color-dark-7)",
    "--line": "var(--mantine-color-dark-5)",
    "--link": "var(--mantine-color-teal-3)",
    "--on-primary": "#04222a",
    "--draft": "var(--mantine-color-gray-3)",
    "--draft-tint": "var(--mantine-color-dark-6)",
    "--open": "var(--mantine-color-blue-2)",
    "--open-tint": "#0d2a45",
    "--waits": "var(--mantine-color-orange-2)",
    "--waits-tint": "#44260b",
    "--done": "var(--mantine-color-green-2)",
    "--done-tint": "#12351b",
    "--needs": "var(--mantine-color-red-2)",
    "--needs-tint": "#4a1717",
  },
});

/**
 * Mantine's own component writes these with innerHTML, which Trusted Types forbid; as a child of <style> the text is
 * set as text. Hence `withCssVariables={false}` on the provider.
 */
export function ThemeVariables() {
  const current = useMantineTheme();
  const variables = deepMerge(defaultCssVariablesResolver(current), tokens(current));
  return (
    <style>
      {convertCssVariables(variables)}
      {convertCssVariables({
        variables: {},
        dark: { "--mantine-color-scheme": "dark" },
        light: { "--mantine-color-scheme": "light" },
      })}
    </style>
  );
}
