import { useLingui as useI18n } from "@lingui/react";
import { useLingui } from "@lingui/react/macro";
import { SegmentedControl } from "@mantine/core";
import { choose, type Language } from "../i18n/language";

export function LanguageSwitch() {
  const { i18n } = useI18n();
  const { t } = useLingui();
  return (
    <SegmentedControl
      aria-label={t`Language`}
      value={i18n.locale}
      onChange={(language) => void choose(language as Language).catch(() => undefined)}
      data={[
        { value: "zh-CN", label: "中文" },
        { value: "en", label: "EN" },
      ]}
    />
  );
}
