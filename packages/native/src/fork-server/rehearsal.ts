// Loaded by a fork server for nothing but that its loader has loaded a module once.
export {};
