import { useLingui } from "@lingui/react/macro";
import { Facts } from "../ui/Facts";
import { Page } from "../ui/Page";
import { LanguageSwitch } from "./LanguageSwitch";
import { SignOut } from "./SignOut";
import { MeLinks } from "./MeLinks";
import { useMe } from "../data/me";
import { useRoles } from "./useRoles";

export default function Account() {
  const { t } = useLingui();
  const me = useMe();
  const roles = useRoles(me.roles);
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
      <SignOut />
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
