using Xunit;

namespace Framevet.TestKit.Media;

/// <summary>Finds the folder of real clips: FRAMEVET_TEST_MEDIA, else shared/media beside the checkout.</summary>
public static class TestMedia
{
    private static readonly Lazy<string?> Root = new(() => Repository.Shared("FRAMEVET_TEST_MEDIA", "media"));

    private static readonly string[] Large =
    [
        "bbb-1080p-5s.mp4", "bbb-480p-30s.mp4", "bench-1080p30-20s.mp4", "chair-original-portrait-480x720.mp4", "chair-with-logo-480x720.mp4", "hdr10-hevc10-1080p.mp4", "person-dog-720p.mp4",
        "street-cars-768x432.mp4", "vfr-screen-3026x1386.mp4",
    ];

    private static readonly string[] Twins =
    [
        "all-black-25s.mp4", "blurred-flower.mp4", "bug-grayscale-640x360.mp4", "faces-walking.gif", "flower-960x540.mp4", "old-film-bw-640x360.mp4", "person-signing-640x480.mkv", "portrait-720x1080.mp4",
        "rotated-90-bbb-1080p.mp4", "talking-head-1080x720-nostss.mp4", "talking-head-embedded-ass.mkv", "vp9-10bit-240p.webm",
    ];

    /// <summary>The clips' folder, or null when this machine has none.</summary>
    public static string? Folder => Root.Value;

    /// <summary>
    /// Skips the calling test where the clip is slow to decode (most have more than a hundred million pixels) and the long tests were not asked for: each kind of stream has a smaller clip, too.
    /// </summary>
    public static void LargeOnesAreLong(string name) => LongTests.Only(Large.Contains(name), "One of the largest clips.");

    /// <summary>The same for clips of which another, cheaper one has the same kind of stream. For tests that read each clip many times.</summary>
    public static void TwinsAreLong(string name)
    {
        LargeOnesAreLong(name);
        LongTests.Only(Twins.Contains(name), "Another clip of its kind stands for it.");
    }

    /// <summary>Path of a clip; skips the running test when there is none.</summary>
    public static string Path(string name)
    {
        if (Folder is null)
        {
            Assert.Skip("Needs the test clips: set FRAMEVET_TEST_MEDIA to their folder, or put them into shared/media beside the checkout.");
        }

        var path = System.IO.Path.Combine(Folder, name);
        if (!File.Exists(path))
        {
            Assert.Skip($"Needs the test clip {name}, which is not in {Folder}.");
        }

        return path;
    }
}
