using Framevet.Pipeline.Scoring;
using Framevet.Pipeline.Scoring.Onnx;

namespace Framevet.Pipeline.Tests.Onnx;

/// <summary>Cut-outs and poses, from made points.</summary>
public sealed class FaceGeometrySpecs
{
    // A general head: nose, chin, outer corners of the eyes, corners of the mouth at their places in the order of iBUG.
    private static readonly (int At, double X, double Y, double Z)[] Head =
        [(30, 0, 0, 0), (8, 0, 330, 65), (36, -225, -170, 135), (45, 225, -170, 135), (48, -150, 150, 125), (54, 150, 150, 125)];

    private static readonly string[] Others = ["", "x", "AAAA", "not base64!"];

    public static TheoryData<float, float, float> Poses => new() { { 0, 0, 0 }, { 30, 0, 0 }, { -45, 0, 0 }, { 0, 20, 0 }, { 0, -25, 0 }, { 0, 0, 30 }, { 20, 10, -15 } };

    [Theory]
    [MemberData(nameof(Poses))]
    public void The_pose_of_a_projected_head_is_found_again(float yaw, float pitch, float roll)
    {
        var pose = HeadPoseFit.Of(Projected(yaw, pitch, roll)).ShouldNotBeNull();

        pose.Yaw.ShouldBe(yaw, 0.5f);
        pose.Pitch.ShouldBe(pitch, 0.5f);
        pose.Roll.ShouldBe(roll, 8f);
        if (yaw == 0 || pitch == 0)
        {
            pose.Roll.ShouldBe(roll, 0.5f);
        }
    }

    [Fact]
    public void Points_without_a_shape_have_no_pose()
    {
        HeadPoseFit.Of(new float[136]).ShouldBeNull();
        HeadPoseFit.Of(new float[10]).ShouldBeNull();
    }

    [Fact]
    public void Five_points_come_to_lie_on_the_template()
    {
        // The template turned by 25 degrees, three times as large, somewhere in a picture of 1000 x 800.
        var (cos, sin) = (Math.Cos(0.436) * 3, Math.Sin(0.436) * 3);
        (double X, double Y)[] template = [(38.2946, 51.6963), (73.5318, 51.5014), (56.0252, 71.7366), (41.5493, 92.3655), (70.7299, 92.2041)];
        var points = template.Select(t => new MarkPoint((float)(((t.X * cos) - (t.Y * sin) + 400) / 1000), (float)(((t.X * sin) + (t.Y * cos) + 200) / 800))).ToArray();

        var crop = FaceCrop.Aligned(points, 1000, 800, 112).ShouldNotBeNull();

        for (var i = 0; i < template.Length; i++)
        {
            ((crop.A * template[i].X) - (crop.B * template[i].Y) + crop.X).ShouldBe(points[i].X * 1000, 0.05);
            ((crop.B * template[i].X) + (crop.C * template[i].Y) + crop.Y).ShouldBe(points[i].Y * 800, 0.05);
        }
    }

    [Fact]
    public void Points_on_one_spot_give_no_cut_out() =>
        FaceCrop.Aligned([.. Enumerable.Repeat(new MarkPoint(0.5f, 0.5f), 5)], 100, 100, 112).ShouldBeNull();

    [Fact]
    public void A_vector_is_kept_as_text_and_other_text_is_refused()
    {
        var vector = FaceEmbedding.Of([1, 2, 2]).ShouldNotBeNull();

        FaceEmbedding.Parse(vector.ToString()).ShouldBe(vector);
        vector.Similarity(vector).ShouldNotBeNull().ShouldBe(1, 1e-3f);
        vector.Similarity(FaceEmbedding.Of([-1, -2, -2])!).ShouldNotBeNull().ShouldBe(-1, 1e-3f);
        vector.Similarity(FaceEmbedding.Of([1, 0])!).ShouldBeNull();
        FaceEmbedding.Of([0, 0]).ShouldBeNull();
        FaceEmbedding.Of([float.NaN]).ShouldBeNull();
        Others.ShouldAllBe(t => FaceEmbedding.Parse(t) == null);
    }

    private static float[] Projected(double yaw, double pitch, double roll)
    {
        var (a, b, c) = (yaw * Math.PI / 180, pitch * Math.PI / 180, roll * Math.PI / 180);
        var points = new float[136];
        foreach (var (at, x, y, z) in Head)
        {
            // First tilted in the plane of the face, then raised, then turned towards the right edge: what looks at -z looks at x afterwards.
            var (x1, y1) = ((x * Math.Cos(c)) - (y * Math.Sin(c)), (x * Math.Sin(c)) + (y * Math.Cos(c)));
            var (y2, z2) = ((y1 * Math.Cos(b)) + (z * Math.Sin(b)), (-y1 * Math.Sin(b)) + (z * Math.Cos(b)));
            var x3 = (x1 * Math.Cos(a)) - (z2 * Math.Sin(a));
            (points[2 * at], points[(2 * at) + 1]) = ((float)((x3 / 3) + 300), (float)((y2 / 3) + 200));
        }

        return points;
    }
}
