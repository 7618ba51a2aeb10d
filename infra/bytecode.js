'use strict';
// Hands the finished artefact to infra/bytecode.py. As a hook it serves `package` and `deploy` alike,
// and runs before osls takes the artefact's hash.
const { spawnSync } = require('child_process');
const path = require('path');

module.exports = class Bytecode {
  constructor(serverless) {
    const compile = () => {
      const { artifact } = serverless.service.package;
      const version = serverless.service.provider.runtime.replace('python', '');
      const script = path.join(__dirname, 'bytecode.py');
      const done = spawnSync('python3', [script, artifact, version], { stdio: 'inherit' });
      if (done.error) throw done.error;
      if (done.status !== 0) throw new Error('infra/bytecode.py failed; see above.');
    };
    this.hooks = { 'after:package:createDeploymentArtifacts': compile };
  }
};
