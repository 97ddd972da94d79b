test('the package loads', async () => {
  await expect(import('@mp/runtime')).resolves.toBeDefined();
});
