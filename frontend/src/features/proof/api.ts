import { useMutation } from '@tanstack/vue-query'
import { call, type Reply } from '@/shared/http'

export type ProofReply = Reply<'/database/query/self-test', 'post'>
export type ProofItem = ProofReply['items'][number]

export function useProof() {
  return useMutation({
    mutationKey: ['self-test'],
    mutationFn: (database: string | undefined) => call('post', '/database/query/self-test', { body: database === undefined ? {} : { database } }),
  })
}
