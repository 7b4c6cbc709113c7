namespace Framevet.TestKit;

/// <summary>Synthetic gray pictures. All of them are pure functions of their arguments.</summary>
public static class Pictures
{
    /// <summary>One level everywhere.</summary>
    public static Picture Flat(int width, int height, byte level) => Draw(width, height, (_, _) => level);

    /// <summary>Black and white squares of <paramref name="cell"/> pixels.</summary>
    public static Picture Checker(int width, int height, int cell = 1) =>
        Draw(width, height, (x, y) => ((x / cell) + (y / cell)) % 2 == 0 ? 0 : 255);

    /// <summary>From black on the left to white on the right.</summary>
    public static Picture Gradient(int width, int height) => Draw(width, height, (x, _) => 255 * x / Math.Max(1, width - 1));

    /// <summary>Independent uniform noise.</summary>
    public static Picture Noise(int width, int height, int seed)
    {
        var pixels = new byte[width * height];
        new Random(seed).NextBytes(pixels);
        return new Picture(width, height, pixels);
    }

    /// <summary>A scene: some smooth hills and some hard-edged boxes, different for each seed; looks the same at every size.</summary>
    public static Picture Scene(int width, int height, int seed)
    {
        var random = new Random(seed);
        var waves = Enumerable.Range(0, 4).Select(_ => (Fx: 6 * random.NextDouble(), Fy: 6 * random.NextDouble(), Phase: 6.28 * random.NextDouble())).ToList();
        var boxes = Enumerable.Range(0, 6).Select(_ =>
            (Left: 0.8 * random.NextDouble(), Top: 0.8 * random.NextDouble(), Side: 0.1 + (0.25 * random.NextDouble()), Level: random.Next(256))).ToList();
        return Draw(width, height, (x, y) =>
        {
            var (u, v) = ((x + 0.5) / width, (y + 0.5) / height);
            var level = 128 + waves.Sum(w => 28 * Math.Sin((w.Fx * u) + (w.Fy * v) + w.Phase));
            foreach (var box in boxes.Where(b => u >= b.Left && u < b.Left + b.Side && v >= b.Top && v < b.Top + b.Side))
            {
                level = box.Level;
            }

            return (int)level;
        });
    }

    /// <summary>Box blur over (2 radius + 1)² pixels; pixels beyond the edge repeat the edge.</summary>
    public static Picture Blurred(this Picture picture, int radius) => Draw(picture.Width, picture.Height, (x, y) =>
    {
        var sum = 0;
        for (var dy = -radius; dy <= radius; dy++)
        {
            for (var dx = -radius; dx <= radius; dx++)
            {
                sum += picture[x + dx, y + dy];
            }
        }

        var count = ((2 * radius) + 1) * ((2 * radius) + 1);
        return (sum + (count / 2)) / count;
    });

    /// <summary>Every level raised by <paramref name="by"/>, kept within 0..255.</summary>
    public static Picture Brighter(this Picture picture, int by) => Draw(picture.Width, picture.Height, (x, y) => picture[x, y] + by);

    /// <summary>Left and right exchanged.</summary>
    public static Picture Mirrored(this Picture picture) => Draw(picture.Width, picture.Height, (x, y) => picture[picture.Width - 1 - x, y]);

    private static Picture Draw(int width, int height, Func<int, int, int> level)
    {
        var pixels = new byte[width * height];
        for (var i = 0; i < pixels.Length; i++)
        {
            pixels[i] = (byte)Math.Clamp(level(i % width, i / width), 0, 255);
        }

        return new Picture(width, height, pixels);
    }
}
