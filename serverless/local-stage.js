/** What runs on a developer's machine never pushes as a deployed stage does, whatever --stage says. */
const LOCAL_COMMANDS = ['offline', 'offline start', 'invoke local'];

module.exports = class LocalStage {
  constructor(serverless) {
    this.hooks = {
      initialize: () => {
        if (!LOCAL_COMMANDS.includes(serverless.processedInput.commands.join(' '))) return;
        serverless.service.provider.environment.STAGE = 'local';
      },
    };
  }
};
