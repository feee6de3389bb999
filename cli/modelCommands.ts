import type { Command } from 'commander';
import type { InspectOptions } from './commands/inspect.ts';
import type { PromoteModelOptions, RollbackModelOptions } from './commands/models.ts';
import type { AliasModelOptions } from './commands/models/alias.ts';
import type { ApproveModelOptions } from './commands/models/approve.ts';
import type { ModelCardOptions } from './commands/models/card.ts';
import type { ModelsAtOptions } from './commands/models/at.ts';
import type { ModelsAuditOptions } from './commands/models/audit.ts';
import type { SignModelOptions } from './commands/models/sign.ts';
import type { VerifyModelOptions } from './commands/models/verify.ts';
import type { Action } from './dataCommands.ts';

/** The commands under `loopwright models`. */
export function registerModelCommands(
  command: (name: string, description: string, parent?: Command) => Command,
  action: Action,
): void {
  const parent = command('models', 'list the model versions').action(
    action(async (context) => (await import('./commands/models.ts')).models(context)),
  );
  const sub = (name: string, description: string) => parent.command(name).description(description);
  sub(
    'promote <version>',
    'make a version the champion if it passes its gates; MODEL@VERSION in a project with several models',
  )
    .option('--why <reason>', 'the reason, for the audit and the history')
    .option('--override <reason>', 'promote it against gates that did not pass; the reason is recorded')
    .option(
      '--sign-key <file>',
      "the key that signs the evidence (default: LOOPWRIGHT_SIGNING_KEY, else git's SSH key)",
    )
    .action(
      action<PromoteModelOptions>(async (context, [version = ''], options) =>
        (await import('./commands/models.ts')).promoteModel(context, version, options),
      ),
    );
  sub('register <run>', 'register the model of a run as a version, such as that of a trial of a sweep').action(
    action(async (context, [run = '']) => (await import('./commands/models.ts')).registerModel(context, run)),
  );
  sub('rollback [model]', 'make the previous champion the champion again')
    .option('--why <reason>', 'the reason, for the audit and the history')
    .action(
      action<RollbackModelOptions>(async (context, [model], options) =>
        (await import('./commands/models.ts')).rollbackModel(context, model, options),
      ),
    );
  sub('show <version>', 'show the gates, promotions, approvals and comments of a version').action(
    action(async (context, [version = '']) => (await import('./commands/models/show.ts')).showModel(context, version)),
  );
  sub('approve <version>', 'approve a version for a stage, as the person of this account')
    .option('--stage <stage>', 'staging or production (default: production)')
    .option('--why <reason>', 'the reason')
    .option('--withdraw', 'withdraw the approval instead')
    .action(
      action<ApproveModelOptions>(async (context, [version = ''], options) =>
        (await import('./commands/models/approve.ts')).approveModel(context, version, options),
      ),
    );
  sub('comment <version> <text...>', 'add a comment to a version').action(
    action(async (context, [version = '', ...text]) =>
      (await import('./commands/models/comment.ts')).commentModel(context, version, text.join(' ')),
    ),
  );
  sub('lineage <version>', 'show what a version was made from, and the deployments and predictions of it').action(
    action(async (context, [version = '']) =>
      (await import('./commands/models/lineage.ts')).modelLineage(context, version),
    ),
  );
  sub('verify <version>', 'verify the evidence of a promotion: signature, files, gates and audit; works offline')
    .option('--key <file>', 'the public key, in PEM or of SSH')
    .option('--allowed-signers <file>', "the signers of SSH to trust (default: git's gpg.ssh.allowedSignersFile)")
    .option('--evidence <file>', 'the evidence to verify (default: that of the last promotion)')
    .option('--allow-unsigned', 'accept evidence that nobody signed, or without a key to verify it')
    .action(
      action<VerifyModelOptions>(async (context, [version = ''], options) =>
        (await import('./commands/models/verify.ts')).verifyModel(context, version, options),
      ),
    );
  sub('sign <version>', 'sign the evidence of the last promotion of a version')
    .option('--sign-key <file>', "the key file (default: LOOPWRIGHT_SIGNING_KEY, else git's SSH key)")
    .action(
      action<SignModelOptions>(async (context, [version = ''], options) =>
        (await import('./commands/models/sign.ts')).signModel(context, version, options),
      ),
    );
  sub('alias [version] [name]', 'list the aliases, give one to a version, or remove one')
    .option('--remove <name>', 'remove this alias')
    .option('--model <name>', 'the model, in a project with several')
    .option('--why <reason>', 'the reason, for the audit')
    .action(
      action<AliasModelOptions>(async (context, [version, name], options) =>
        (await import('./commands/models/alias.ts')).aliasModel(context, version, name, options),
      ),
    );
  sub('at <time...>', 'show what was in production at a moment: the champion and the other aliases')
    .option('--model <name>', 'only this model')
    .addHelpText(
      'after',
      '\nTIME is such as 2026-05-12, 2026-05-12T14:00 or 2026-05-12T14:00+02:00; UTC without a zone.',
    )
    .action(
      action<ModelsAtOptions>(async (context, time, options) =>
        (await import('./commands/models/at.ts')).modelsAt(context, time.join(' '), options),
      ),
    );
  sub('audit', 'show the audit log of the registry and verify its chain')
    .option('--model <name>', 'only entries about this model')
    .option('--limit <n>', 'number of entries to show, the newest; 0 for all (default: 50)')
    .option('--anchor', 'keep the head of the log in loopwright.audit.json, to be committed')
    .option('--expect <head>', 'compare with a head that you kept, as ENTRIES:HASH')
    .action(
      action<ModelsAuditOptions>(async (context, _, options) =>
        (await import('./commands/models/audit.ts')).modelsAudit(context, options),
      ),
    );
  sub('card [version]', 'print the model card as JSON, or write it as HTML, Markdown or a bill of materials')
    .option('--html <file>', 'write a self-contained HTML page')
    .option('--markdown <file>', 'write Markdown with the metadata of Hugging Face')
    .option('--cyclonedx <file>', 'write a bill of materials as CycloneDX 1.7')
    .action(
      action<ModelCardOptions>(async (context, [version], options) =>
        (await import('./commands/models/card.ts')).modelCard(context, version, options),
      ),
    );
  sub('inspect <model>', 'tell what a model is: flavour, inputs, size, hash, and what it needs to score')
    .option('--open', 'open it and ask the model itself; a pickle runs its code')
    .addHelpText('after', '\nMODEL is a path, NAME@3, models:/NAME/3, runs:/RUN/NAME, a run or a stage.')
    .action(
      action<InspectOptions>(async (context, [model = ''], options) =>
        (await import('./commands/inspect.ts')).inspect(context, model, options),
      ),
    );
}
