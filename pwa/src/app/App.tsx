import { Frame } from "./Frame";
import { MeProvider } from "./MeProvider";
import { Notices } from "./Notices";
import { Routes } from "./routes";
import { Shell } from "./Shell";
import { useScanner } from "../ui/useWedge";

export function App() {
  useScanner();
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
