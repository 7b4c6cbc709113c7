using System.Collections.Immutable;
using System.Globalization;
using Framevet.Pipeline.Frames;
using Framevet.TestKit.Media;

namespace Framevet.Benchmarks;

/// <summary>
/// A clip of ten stretches from real clips at ten frames a second. Each has a blurred second and a half, a dark one, and a frame that stands for two seconds; two stretches are ones seen before. What
/// every frame shows is known.
/// </summary>
internal sealed class PlantedClip
{
    private const int Fps = 10;
    private const int Length = 6 * Fps;
    private const int Bad = 15;
    private const int Standing = 2 * Fps;
    private const int Stretches = 10;
    private const int Distinct = 8;

    // Frames of the same footage that are nearer than half a second show the same.
    private const int SameMoment = Fps / 2;

    // Light, heavy, and a smear as of a shaken camera, at a height of 180; hardly anything left, and two thirds gone.
    private static readonly string[] Blurs = ["gblur=sigma=1.5", "gblur=sigma=6", "avgblur=sizeX=5:sizeY=1"];
    private static readonly string[] Darks = ["eq=brightness=-0.55:contrast=0.5", "lutyuv=y='16+(val-16)*0.33'"];

    private static readonly (string File, int Second)[] Sources =
    [
        ("bbb-480p-30s.mp4", 1), ("bbb-480p-30s.mp4", 12), ("bbb-480p-30s.mp4", 22), ("street-cars-768x432.mp4", 0), ("person-dog-720p.mp4", 0), ("chair-original-portrait-480x720.mp4", 0),
        ("old-film-bw-640x360.mp4", 0), ("bench-1080p30-20s.mp4", 2), ("bench-1080p30-20s.mp4", 12), ("talking-head-1080x720-nostss.mp4", 0), ("flower-960x540.mp4", 0),
    ];

    private readonly ImmutableArray<Truth> _frames;

    private PlantedClip(string path, ImmutableArray<Truth> frames) => (Path, _frames) = (path, frames);

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>Makes one; the seed decides what lies where.</summary>
    /// <exception cref="InvalidOperationException">The folder of clips is not there.</exception>
    public static async Task<PlantedClip> MakeAsync(ClipFactory factory, int seed, CancellationToken ct)
    {
        var folder = TestMedia.Folder ?? throw new InvalidOperationException("FRAMEVET_TEST_MEDIA names no folder of clips.");
        var random = new Random(seed);
        var chosen = Enumerable.Range(0, Sources.Length).OrderBy(_ => random.Next()).Take(Distinct).ToList();
        chosen.AddRange(chosen[..(Stretches - Distinct)]);
        var (inputs, filters, frames) = (new List<string>(), new List<string>(), ImmutableArray.CreateBuilder<Truth>());
        foreach (var (source, at) in chosen.OrderBy(_ => random.Next()).Select((s, at) => (s, at)).ToList())
        {
            // Four blocks of fifteen frames: clean, blurred, dark, clean, in any order.
            var blocks = Enumerable.Range(0, 4).OrderBy(_ => random.Next()).ToArray();
            var (blur, dark) = (Array.IndexOf(blocks, 0) * Bad, Array.IndexOf(blocks, 1) * Bad);
            var stands = (Array.IndexOf(blocks, 2) * Bad) + random.Next(Bad);
            inputs.AddRange(["-ss", Sources[source].Second.ToString(CultureInfo.InvariantCulture), "-t", "7", "-i", System.IO.Path.Combine(folder, Sources[source].File)]);
            filters.Add(string.Create(CultureInfo.InvariantCulture,
                $"[{at}:v]fps={Fps},scale=320:180:force_original_aspect_ratio=increase,crop=320:180,setsar=1,format=yuv420p,tpad=stop_mode=clone:stop_duration=7,trim=end_frame={Length},setpts=N/({Fps}*TB),{Blurs[at % Blurs.Length]}:enable='between(n,{blur},{blur + Bad - 1})',{Darks[at % Darks.Length]}:enable='between(n,{dark},{dark + Bad - 1})',loop=loop={Standing}:size=1:start={stands},setpts=N/({Fps}*TB)[v{at}]"));
            for (var i = 0; i < Length + Standing; i++)
            {
                var moment = i <= stands ? i : Math.Max(stands, i - Standing);
                frames.Add(new Truth(source, moment, (moment < blur || moment >= blur + Bad) && (moment < dark || moment >= dark + Bad)));
            }
        }

        var path = System.IO.Path.Combine(factory.Folder, string.Create(CultureInfo.InvariantCulture, $"planted-{seed}.mp4"));
        var graph = string.Join(';', filters) + ";" + string.Concat(Enumerable.Range(0, Stretches).Select(i => $"[v{i}]")) + $"concat=n={Stretches}:v=1:a=0[v]";
        await ReferenceTools.FfmpegAsync([.. inputs, "-filter_complex", graph, "-map", "[v]", "-r", Fps.ToString(CultureInfo.InvariantCulture), "-c:v", "libx264", "-preset", "veryfast", "-crf", "16", path], ct);
        return new PlantedClip(path, frames.ToImmutable());
    }

    /// <summary>What picks, best first, are worth.</summary>
    public PickQuality Judge(ImmutableArray<Pts> picks)
    {
        var shown = picks.Select(p => _frames[Math.Clamp((int)Math.Round(p.Seconds * Fps), 0, _frames.Length - 1)]).ToList();
        var duplicates = shown.Where((f, i) => shown.Take(i).Any(o => o.Source == f.Source && Math.Abs(o.Moment - f.Moment) < SameMoment)).Count();
        return new PickQuality(shown.Count, shown.Count(f => f.IsClean), duplicates, shown.Where(f => f.IsClean).Select(f => f.Source).Distinct().Count() / (double)Distinct);
    }

    /// <summary>Whether the frame at this time is neither blurred nor dark.</summary>
    public bool IsClean(Pts pts) => _frames[Math.Clamp((int)Math.Round(pts.Seconds * Fps), 0, _frames.Length - 1)].IsClean;

    private readonly record struct Truth(int Source, int Moment, bool IsClean);
}

/// <summary>
/// Of <paramref name="Picks"/> frames so many are neither blurred nor dark; <paramref name="Duplicates"/> show what an earlier pick shows; <paramref name="Coverage"/>: share 0..1 of the clip's different
/// scenes of which there is a clean pick.
/// </summary>
internal readonly record struct PickQuality(int Picks, int Clean, int Duplicates, double Coverage);
