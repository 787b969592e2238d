import { Frame } from "./Frame";
import { MeProvider } from "./MeProvider";
import { Notices } from "./Notices";
import { Routes } from "./routes";
import { Shell } from "./Shell";

export function App() {
  return (
    <Frame>
      <MeProvider>
        <Shell>
          <Notices />
          <Routes />
        </Shell>
      </MeProvider>
    </Frame>
  );
}
