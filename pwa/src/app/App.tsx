import { Frame } from "./Frame";
import { MeProvider } from "./MeProvider";
import { Routes } from "./routes";
import { Shell } from "./Shell";

export function App() {
  return (
    <Frame>
      <MeProvider>
        <Shell>
          <Routes />
        </Shell>
      </MeProvider>
    </Frame>
  );
}
