using Framevet.Pipeline.Scoring;

namespace Framevet.Pipeline.Tests.Scoring;

/// <summary>Sums over columns are the same in every form.</summary>
public sealed class ColumnSumsSpecs
{
    [Theory]
    [InlineData(64, 0, 3, 0f, 0f)]
    [InlineData(200, 2, 9, 0.25f, 0.75f)]
    [InlineData(131, 1, 1, 0.5f, 0f)]
    [InlineData(79, 3, 40, 0f, 0.3f)]
    [InlineData(15, 1, 2, 0.1f, 0.2f)]
    public void Vectors_give_the_sums_of_the_plain_form(int width, int first, int end, float before, float behind)
    {
        const int Stride = 210;
        var plane = new byte[Stride * 48];
        new Random(7).NextBytes(plane);
        var cover = new Cover(first, end, before, behind);
        var expected = new float[width];
        ColumnSums.WritePlain(plane, Stride, cover, expected, 0);

        var whole = new float[width];
        ColumnSums.Write(plane, Stride, cover, whole);
        var narrow = new float[width];
        ColumnSums.WritePlain(plane, Stride, cover, narrow, ColumnSums.WriteNarrow(plane, Stride, cover, narrow, 0));
        var wide = new float[width];
        ColumnSums.WritePlain(plane, Stride, cover, wide, ColumnSums.WriteWide(plane, Stride, cover, wide));

        ShouldAgree(whole, expected);
        ShouldAgree(narrow, expected);
        ShouldAgree(wide, expected);
    }

    [Fact]
    public void More_rows_than_sixteen_bits_hold_are_summed_too()
    {
        var plane = new byte[32 * 600];
        Array.Fill(plane, (byte)255);
        var sums = new float[32];

        ColumnSums.Write(plane, 32, new Cover(0, 600, 0, 0), sums);

        sums.ShouldAllBe(s => s == 600 * 255);
    }

    [Theory]
    [InlineData(1080, 64)]
    [InlineData(480, 180)]
    [InlineData(7, 32)]
    [InlineData(320, 320)]
    public void What_the_targets_cover_is_the_source_once(int source, int target)
    {
        var covered = new double[source];
        for (var i = 0; i < target; i++)
        {
            var cover = Cover.Of(i, (double)source / target, source);
            for (var row = cover.First; row < cover.End; row++)
            {
                covered[row]++;
            }

            covered[Math.Max(0, cover.First - 1)] += cover.Before;
            covered[Math.Min(source - 1, cover.End)] += cover.Behind;
        }

        covered.ShouldAllBe(c => Math.Abs(c - 1) < 1e-4);
    }

    // Multiplying and adding may be one step or two.
    private static void ShouldAgree(float[] sums, float[] expected)
    {
        for (var x = 0; x < expected.Length; x++)
        {
            sums[x].ShouldBe(expected[x], 1e-5 * Math.Max(1, expected[x]));
        }
    }
}
