using System.Collections.Immutable;
using System.Globalization;
using Framevet.TestKit.Media;

namespace Framevet.Benchmarks;

/// <summary>What was done to a frame.</summary>
internal enum Plant
{
    /// <summary>Nothing.</summary>
    Clean,
    /// <summary>Blurred, lightly or heavily, or smeared to the side.</summary>
    Blurred,
    /// <summary>Darkened to what can hardly be made out.</summary>
    Dark,
    /// <summary>A frame that stands, or a copy of a picture in another size.</summary>
    Repeated,
}

/// <summary>
/// A film or a zip of pictures of one kind of content, made of real footage, with faults in known places. Films run at ten frames a second; each stretch of six seconds has a second and a half of blur, as much of
/// darkness and a frame that stands for two seconds. Of pictures there is each clean, blurred, dark and as a smaller copy.
/// </summary>
internal sealed record PresetFootage(string Path, ImmutableArray<Plant> Plants, bool IsFilm)
{
    private const int Fps = 10;
    private const int Length = 6 * Fps;
    private const int Bad = 15;
    private const int Standing = 2 * Fps;

    // Light, heavy, and a smear as of a shaken camera, at a height of 360.
    private static readonly string[] Blurs = ["gblur=sigma=2.5", "gblur=sigma=6", "avgblur=sizeX=9:sizeY=1"];
    private static readonly string[] Darks = ["eq=brightness=-0.55:contrast=0.5", "lutyuv=y='16+(val-16)*0.12':u='128+(val-128)*0.12':v='128+(val-128)*0.12'"];

    /// <summary>What was done to the frame at so many seconds of a film, or to the picture of this place in its zip.</summary>
    public Plant At(double seconds, int index) => Plants[Math.Clamp(IsFilm ? (int)Math.Round(seconds * Fps) : index, 0, Plants.Length - 1)];

    /// <summary>A film of these stretches: a clip, the second it begins at; one that is shorter is shown again and again.</summary>
    public static async Task<PresetFootage> FilmAsync(ClipFactory factory, string name, (string Clip, double Second)[] stretches, int seed, CancellationToken ct)
    {
        var folder = TestMedia.Folder ?? throw new InvalidOperationException("FRAMEVET_TEST_MEDIA names no folder of clips.");
        var random = new Random(seed);
        var (inputs, filters, plants) = (new List<string>(), new List<string>(), ImmutableArray.CreateBuilder<Plant>());
        foreach (var ((clip, second), at) in stretches.Select((s, at) => (s, at)))
        {
            // Four blocks of fifteen frames: clean, blurred, dark, clean, in any order; what stands is clean.
            var blocks = Enumerable.Range(0, 4).OrderBy(_ => random.Next()).ToArray();
            var (blur, dark) = (Array.IndexOf(blocks, 0) * Bad, Array.IndexOf(blocks, 1) * Bad);
            var stands = (Array.IndexOf(blocks, 2) * Bad) + 2 + random.Next(Bad - 4);
            inputs.AddRange(["-stream_loop", "-1", "-ss", second.ToString(CultureInfo.InvariantCulture), "-t", "7", "-i", System.IO.Path.Combine(folder, clip)]);
            filters.Add(string.Create(CultureInfo.InvariantCulture,
                $"[{at}:v]fps={Fps},scale=640:360:force_original_aspect_ratio=increase,crop=640:360,setsar=1,format=yuv420p,tpad=stop_mode=clone:stop_duration=7,trim=end_frame={Length},setpts=N/({Fps}*TB),{Blurs[at % Blurs.Length]}:enable='between(n,{blur},{blur + Bad - 1})',{Darks[at % Darks.Length]}:enable='between(n,{dark},{dark + Bad - 1})',loop=loop={Standing}:size=1:start={stands},setpts=N/({Fps}*TB)[v{at}]"));
            for (var i = 0; i < Length + Standing; i++)
            {
                var moment = i <= stands ? i : Math.Max(stands, i - Standing);
                plants.Add(moment >= blur && moment < blur + Bad ? Plant.Blurred : moment >= dark && moment < dark + Bad ? Plant.Dark : i > stands && i <= stands + Standing ? Plant.Repeated : Plant.Clean);
            }
        }

        var path = System.IO.Path.Combine(factory.Folder, $"{name}.mp4");
        var graph = string.Join(';', filters) + ";" + string.Concat(Enumerable.Range(0, stretches.Length).Select(i => $"[v{i}]")) + $"concat=n={stretches.Length}:v=1:a=0[v]";
        await ReferenceTools.FfmpegAsync([.. inputs, "-filter_complex", graph, "-map", "[v]", "-r", Fps.ToString(CultureInfo.InvariantCulture), "-c:v", "libx264", "-preset", "veryfast", "-crf", "16", path], ct);
        return new PresetFootage(path, plants.ToImmutable(), IsFilm: true);
    }

    /// <summary>A zip of these pictures, of films the frame at a second: each clean and with its faults.</summary>
    public static async Task<PresetFootage> PicturesAsync(ClipFactory factory, string name, (string Clip, double Second)[] pictures, CancellationToken ct)
    {
        var folder = TestMedia.Folder ?? throw new InvalidOperationException("FRAMEVET_TEST_MEDIA names no folder of clips.");
        var (room, plants) = (Directory.CreateDirectory(System.IO.Path.Combine(factory.Folder, name)).FullName, ImmutableArray.CreateBuilder<Plant>());
        foreach (var ((clip, second), at) in pictures.Select((s, at) => (s, at)))
        {
            var size = "scale=w=1280:h=960:force_original_aspect_ratio=decrease";
            foreach (var (plant, filter) in ((Plant, string)[])[(Plant.Clean, size), (Plant.Blurred, $"{size},{(at % 2 == 0 ? "gblur=sigma=5" : "gblur=sigma=12")}"), (Plant.Dark, $"{size},{Darks[at % Darks.Length]}"), (Plant.Repeated, "scale=w=900:h=700:force_original_aspect_ratio=decrease")])
            {
                var file = System.IO.Path.Combine(room, string.Create(CultureInfo.InvariantCulture, $"{at:000}-{(int)plant}.jpg"));
                await ReferenceTools.FfmpegAsync([.. second > 0 ? (string[])["-ss", second.ToString(CultureInfo.InvariantCulture)] : [], "-i", System.IO.Path.Combine(folder, clip), "-frames:v", "1", "-vf", filter, "-q:v", "3", file], ct);
                plants.Add(plant);
            }
        }

        var path = System.IO.Path.Combine(factory.Folder, $"{name}.zip");
        System.IO.Compression.ZipFile.CreateFromDirectory(room, path);
        return new PresetFootage(path, plants.ToImmutable(), IsFilm: false);
    }
}
