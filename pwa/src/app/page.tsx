import { type ComponentType, lazy, useState } from "react";

/**
 * A page whose code comes when it is shown, or before that (`load`): an app that starts there shows it at once, where
 * React would show a fallback first and leave that for a third of a second.
 */
export function page(load: () => Promise<{ default: ComponentType }>) {
  let here: ComponentType | undefined;
  const loaded = async () => {
    const module = await load();
    here = module.default;
    return module;
  };
  const Later = lazy(loaded);
  const Page = () => {
    const [Shown] = useState(() => here ?? Later);
    return <Shown />;
  };
  return Object.assign(Page, { load: loaded });
}
