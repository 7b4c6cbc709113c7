using Framevet.Pipeline.Scoring;
using Framevet.TestKit;

namespace Framevet.Pipeline.Tests.Scoring;

public sealed class AreaScalerSpecs
{
    [Theory]
    [InlineData(64, 64, 32, 32)]
    [InlineData(161, 91, 32, 32)]
    [InlineData(250, 130, 64, 64)]
    [InlineData(20, 10, 64, 64)]
    [InlineData(1, 1, 8, 8)]
    public void Each_pixel_is_the_mean_of_the_area_it_covers(int fromWidth, int fromHeight, int width, int height)
    {
        var picture = Pictures.Noise(fromWidth, fromHeight, 5);
        var scaled = new float[width * height];

        AreaScaler.Scale(picture.Pixels, fromWidth, fromHeight, scaled, width, height);

        for (var i = 0; i < scaled.Length; i++)
        {
            ((double)scaled[i]).ShouldBe(Mean(picture, i % width, i / width, width, height), 1e-3);
        }
    }

    private static double Mean(Picture picture, int x, int y, int width, int height)
    {
        var (stepX, stepY) = ((double)picture.Width / width, (double)picture.Height / height);
        double sum = 0;
        for (var sy = (int)(y * stepY); sy < Math.Min(picture.Height, (y + 1) * stepY); sy++)
        {
            var coveredY = Math.Max(0, Math.Min(sy + 1, (y + 1) * stepY) - Math.Max(sy, y * stepY));
            for (var sx = 0; sx < picture.Width; sx++)
            {
                sum += coveredY * Math.Max(0, Math.Min(sx + 1, (x + 1) * stepX) - Math.Max(sx, x * stepX)) * picture[sx, sy];
            }
        }

        return sum / (stepX * stepY);
    }
}
