'use strict';
const { ClusterWorker } = require('poolifier');

module.exports = new ClusterWorker(require('./tasks.cjs'));
