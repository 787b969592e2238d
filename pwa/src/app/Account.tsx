import { Button } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { LogOut } from "lucide-react";
import { useState } from "react";
import { signOut } from "../data/session";
import { Facts } from "../ui/Facts";
import { Notice } from "../ui/Notice";
import { Page } from "../ui/Page";
import { LanguageSwitch } from "./LanguageSwitch";
import { MeLinks } from "./MeLinks";
import { useMe } from "../data/me";
import { useRoles } from "./useRoles";

export default function Account() {
  const { t } = useLingui();
  const me = useMe();
  const roles = useRoles(me.roles);
  const [leaving, setLeaving] = useState(false);
  const [failed, setFailed] = useState(false);
  const leave = async () => {
    setLeaving(true);
    setFailed(false);
    try {
      await signOut();
    } catch {
      setFailed(true);
      setLeaving(false);
    }
  };
  return (
    <Page title={t`Me`}>
      <Facts
        facts={[
          [t`Signed in as`, me.name],
          [t`Role`, roles],
          [t`Company`, me.company],
          [t`E-mail`, me.email && <Address key="e-mail" email={me.email} />],
          [t`Currency`, me.currency],
          [t`Language`, <LanguageSwitch key="language" />],
        ]}
      />
      <MeLinks />
      {failed && (
        <Notice tone="needs">
          <Trans>You are still signed in: the server could not be reached. Try again with a connection.</Trans>
        </Notice>
      )}
      <Button
        variant="default"
        h={48}
        w="fit-content"
        loading={leaving}
        leftSection={<LogOut size={20} aria-hidden />}
        onClick={() => void leave()}
      >
        <Trans>Sign out</Trans>
      </Button>
    </Page>
  );
}

/** Broken after the @ where it is too long for its column. */
function Address({ email }: { email: string }) {
  const [person, ...host] = email.split("@");
  return (
    <>
      {person}@<wbr />
      {host.join("@")}
    </>
  );
}
