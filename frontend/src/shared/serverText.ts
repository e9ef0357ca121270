import { useI18n } from 'vue-i18n'

// The server explains itself in English. What it says often is said in the other language too; names and numbers stay.
const sentences: [pattern: RegExp, key: string][] = [
  [/^node (?<name>\S+) is (?<state>\S+)$/, 'nodeIs'],
  [/^service (?<name>\S+) runs (?<running>\d+) of (?<wanted>\d+)$/, 'serviceRuns'],
  [/^the update of (?<name>\S+) is paused$/, 'updatePaused'],
  [/^tasks are starting$/, 'starting'],
  [/^no task runs on a node that is there$/, 'noTask'],
  [/^no reason given$/, 'noReason'],
  [/^there is no leader$/, 'noLeader'],
  [/^nobody takes writes$/, 'noWrites'],
  [/^automatic failover is paused$/, 'paused'],
  [/^resume it when done$/, 'resume'],
  [/^member (?<name>\S+) does not run$/, 'memberDown'],
  [/^Patroni of (?<name>\S+) does not answer$/, 'patroniSilent'],
  [/^its REST API cannot be reached from here$/, 'unreachable'],
  [/^(?<name>\S+) receives no WAL from (?<leader>\S+)$/, 'noSender'],
  [/^its log says why; reinitialize it if it stays so$/, 'reinitialize'],
  [/^(?<name>\S+) waits for a restart$/, 'restart'],
  [/^a setting needs it$/, 'setting'],
  [/^slot (?<name>\S+) keeps no WAL any more$/, 'slotLost'],
  [/^archiving fails$/, 'archiving'],
  [/^look at the server's log$/, 'serverLog'],
  [/^there is no Patroni: nobody is promoted by itself$/, 'noPatroni'],
  [/^no member is well enough and near enough to the leader$/, 'noCandidate'],
  [/^it is the synchronous standby: it has every commit$/, 'synchronous'],
  [/^it is nearest to the leader$/, 'nearest'],
  [/^It does not answer\.$/, 'silent'],
  [/^the primary does not answer$/, 'primarySilent'],
  [/^nothing can be signed in or confirmed$/, 'noSignIn'],
  [/^what is taken for the primary is a replica$/, 'notPrimary'],
  [/^Sentinel and the server disagree$/, 'sentinelDisagrees'],
  [/^replica (?<name>\S+) does not answer$/, 'replicaSilent'],
  [/^it cannot take over$/, 'cannotTakeOver'],
  [/^replica (?<name>\S+) is not linked$/, 'replicaUnlinked'],
  [/^it gets no writes$/, 'getsNoWrites'],
  [/^Sentinel (?<name>\S+) does not answer$/, 'sentinelSilent'],
  [/^one vote less$/, 'voteLess'],
  [/^Sentinel (?<name>\S+) believes in another primary$/, 'otherPrimary'],
  [/^in none$/, 'inNone'],
  [/^the Sentinels cannot fail over$/, 'cannotFailOver'],
  [/^too few agree$/, 'tooFew'],
  [/^the last save failed$/, 'saveFailed'],
  [/^Swarm runs (?<name>\S+) on (?<node>[^,]+), but Patroni does not count it among its members/, 'notAMember'],
  [/^Swarm says that (?<name>\S+) runs on (?<node>[^,]+), Patroni says that it is (?<state>[^:]+): Swarm sees/, 'patroniSaysDown'],
  [/^Patroni says that (?<name>\S+) is (?<state>[^,]+), but Swarm has no running task of it/, 'swarmSaysDown'],
  [/^Swarm says that (?<name>\S+) runs on (?<node>[^,]+), but it does not answer: believe/, 'redisSilent'],
  [/^Swarm says that (?<name>\S+) runs on (?<node>[^,]+), but no Sentinel knows it: believe/, 'redisUnknown'],
  [/^(?<name>\S+) answers, but Swarm has no running task of it/, 'answersAnyway'],
  [/^(?<name>\S+) says that it is the primary, the cluster's key names (?<leader>\S+):/, 'twoPrimaries'],
  [/^The cluster's key names (?<name>\S+) the leader, it says that it is a (?<role>[^:]+):/, 'keyAhead'],
  [/^Sentinel (?<name>\S+) takes (?<other>\S+) for the primary, most take (?<address>[^:]+:\d+):/, 'sentinelAlone'],
  [/^The Sentinels take (?<address>\S+) for the primary, it says that it is a replica:/, 'sentinelsWrong'],
  [/^(?<name>\S+) says that it is a primary, too; the Sentinels name (?<address>[^:]+:\d+):/, 'secondPrimary'],
  [/^DNS gives (?<address>\S+) for (?<name>[^,]+), but no running task has this address/, 'dnsBehind'],
  [/^Swarm runs (?<running>\d+) tasks of (?<name>[^,]+), DNS names (?<named>\d+) of them/, 'dnsMisses'],
  [/^Swarm says that (?<name>\S+) runs at (?<address>\S+) on (?<node>[^,]+), but nginx on (?<edge>\S+) could not connect to it \((?<why>.+), (?<times>\d+)×/, 'peerLost'],
  [/^nginx on (?<edge>\S+) tried (?<address>\S+) \((?<times>\d+)× within a minute\), which no running task has/, 'peerGone'],
  [/^A canary has begun to write\.$/, 'drillCanary'],
  [/^It is broken: (?<name>\S+) is taken away\.$/, 'drillBroken'],
  [/^(?<name>\S+) serves\.$/, 'drillServes'],
  [/^Writes are acknowledged\.$/, 'drillAcknowledged'],
  [/^Everything is at full strength\.$/, 'drillWhole'],
  [/^The process that measured was killed; another has taken over, and breaks nothing\.$/, 'drillTakenOver'],
  [/^Sentinel has begun\.$/, 'drillSentinel'],
  [/^Successfully switched over to "(?<name>[^"]+)"$/, 'drillSwitched'],
  [/^(?<name>\S+) leads, and its Patroni answers\.$/, 'checkLeader'],
  [/^Automatic failover is on\.$/, 'checkFailover'],
  [/^Automatic failover is paused\. Resume it first\.$/, 'checkPaused'],
  [/^Taking (?<name>\S+) away leaves (?<left>\d+) of (?<members>\d+) (?<group>\S+) members healthy; (?<needed>\d+) are needed\.$/, 'checkSpare'],
  [/^(?<well>\d+) of (?<members>\d+) members run and answer(?:; not \S+)?\.$/, 'checkMembers'],
  [/^(?<name>\S+) can take over: .*$/, 'checkCandidate'],
  [/^(?<count>\d+) maintenance operations or base backups are under way on the primary\.$/, 'checkWork'],
  [/^(?<agreeing>\d+) of (?<members>\d+) Sentinels agree on the primary; (?<needed>\d+) and more than half are needed\.$/, 'checkSentinels'],
  [/^No failover is under way\.$/, 'checkNoFailover'],
  [/^(?<linked>\d+) of (?<members>\d+) replicas are linked to the primary\.$/, 'checkReplicas'],
  [/^(?<count>\d+) quorums of the swarm stand\.$/, 'checkQuorums'],
  [/^No other drill is under way\.$/, 'checkAlone'],
  [/^Another drill is under way\.$/, 'checkOther'],
  [/^No job is running\.$/, 'checkNoJobs'],
  [/^Jobs are running that it would cut: (?<kinds>.+)\.$/, 'checkJobs'],
]

export function matchSentence(text: string): { key: string; parts: Record<string, string> } | null {
  for (const [pattern, key] of sentences) {
    const match = pattern.exec(text)
    if (match) return { key, parts: { ...match.groups } }
  }
  return null
}

/** A sentence of the server in the language of the page, and the language that it is in. */
export function useServerText(): (text: string) => { text: string; lang: string | undefined } {
  const { t, locale } = useI18n()
  return (text) => {
    const known = locale.value === 'en' ? null : matchSentence(text)
    return known ? { text: t(`said.${known.key}`, known.parts), lang: undefined } : { text, lang: locale.value === 'en' ? undefined : 'en' }
  }
}
