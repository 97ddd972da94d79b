test('the package loads', async () => {
  await expect(import('@mp/native')).resolves.toBeDefined();
});
