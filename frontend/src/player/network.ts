/** What the browser tells about the network, where it tells anything. */
import type { Network } from "../rules/ladder";

interface Connection {
  saveData?: boolean;
  effectiveType?: string;
  downlink?: number;
}

export function network(): Network {
  const told = (navigator as Navigator & { connection?: Connection }).connection;
  if (!told) return {};
  return {
    ...(told.saveData === undefined ? {} : { saveData: told.saveData }),
    ...(told.effectiveType === undefined ? {} : { effectiveType: told.effectiveType }),
    ...(told.downlink === undefined || told.downlink <= 0 ? {} : { downlinkKbit: told.downlink * 1000 }),
  };
}
