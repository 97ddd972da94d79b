test('the package loads', async () => {
  await expect(import('@mp/serialize')).resolves.toBeDefined();
});
