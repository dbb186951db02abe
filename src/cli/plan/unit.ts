/** A systemd unit that brings the stack up at boot by the same command that a person types. */
export function systemdUnit(options: { repoDir: string; stateDir: string; portOffset: number }): string {
  return `[Unit]
Description=MiniGram photo sharing
After=network-online.target
Wants=network-online.target

[Service]
Type=oneshot
RemainAfterExit=yes
Environment=MINIGRAM_STATE=${options.stateDir} MINIGRAM_PORT_OFFSET=${options.portOffset}
ExecStart=${options.repoDir}/minigram up --no-smoke
ExecStop=${options.repoDir}/minigram down
TimeoutStartSec=600
TimeoutStopSec=60

[Install]
WantedBy=multi-user.target
`
}
