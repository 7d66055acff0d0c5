import { randomBytes } from 'node:crypto';
import type { Backend, Session, Transaction } from './backend';
import { badRequest, transactionNotFound } from './errors';

interface Open {
  readonly transaction: Transaction;
  busy: boolean;
  idle: NodeJS.Timeout | undefined;
}

export interface Transactions {
  /** Opens one and gives its id. */
  begin(signal: AbortSignal): Promise<string>;
  /** Runs one piece of work in it. @throws TransactionNotFoundException, BadRequestException while it runs another. */
  use<T>(id: string, work: (session: Session) => Promise<T>): Promise<T>;
  commit(id: string): Promise<void>;
  rollback(id: string): Promise<void>;
  /** Rolls back every one that is open. */
  close(): Promise<void>;
}

/** The open transactions of an endpoint. One without a call for `idleMs` milliseconds is rolled back. */
export function createTransactions(backend: Backend, idleMs: number): Transactions {
  const all = new Map<string, Open>();

  function watch(id: string, open: Open): void {
    open.idle = setTimeout(() => {
      if (all.delete(id)) void open.transaction.rollback().catch(() => undefined);
    }, idleMs).unref();
  }

  function take(id: string): Open {
    const open = all.get(id);
    if (open === undefined) throw transactionNotFound(id);
    if (open.busy) throw badRequest(`Transaction ${id} is running another statement`);
    clearTimeout(open.idle);
    return open;
  }

  function remove(id: string): Transaction {
    const { transaction } = take(id);
    all.delete(id);
    return transaction;
  }

  return {
    async begin(signal) {
      const transaction = await backend.begin(signal);
      const id = randomBytes(72).toString('base64');
      const open: Open = { transaction, busy: false, idle: undefined };
      all.set(id, open);
      watch(id, open);
      return id;
    },
    async use(id, work) {
      const open = take(id);
      open.busy = true;
      try {
        return await work(open.transaction);
      } finally {
        open.busy = false;
        if (all.has(id)) watch(id, open);
      }
    },
    commit: async (id) => remove(id).commit(),
    rollback: async (id) => remove(id).rollback(),
    async close() {
      const open = [...all.values()];
      all.clear();
      for (const { idle } of open) clearTimeout(idle);
      await Promise.allSettled(open.map(({ transaction }) => transaction.rollback()));
    },
  };
}
