using System.Globalization;
using Framevet.TestKit.Media;

namespace Framevet.Pipeline.Tests.Scenes;

/// <summary>A film put together from pieces, so that its cuts are known. <see cref="Cuts"/>: stretches in seconds that each hold one cut.</summary>
internal sealed record MadeFilm(string Name, string Filter, IReadOnlyList<(double From, double To)> Cuts, IReadOnlyList<string> Inputs)
{
    // A hard cut is the first frame of the new piece; half a frame of 25 a second on either side.
    private const double Half = 0.02;
    private const string Same = "scale=320:180:force_original_aspect_ratio=increase,crop=320:180,setsar=1,fps=25,format=yuv420p";

    public static IReadOnlyList<MadeFilm> All { get; } =
    [
        Joined("hard cuts", "", "person-dog-720p.mp4@0+2", "street-cars-768x432.mp4@5+2", "flower-960x540.mp4@1+1.6", "chair-original-portrait-480x720.mp4@3+2", "person-signing-640x480.mkv@0+2", "vp9-10bit-240p.webm@0+1.6"),
        Joined("short scenes", "", "person-dog-720p.mp4@3+0.8", "street-cars-768x432.mp4@10+0.8", "person-dog-720p.mp4@5+0.8", "bug-grayscale-640x360.mp4@1+0.8", "chair-original-portrait-480x720.mp4@8+0.8", "flower-960x540.mp4@2+0.8"),
        Joined("black and white", ",hue=s=0", "bug-grayscale-640x360.mp4@0+1.6", "person-dog-720p.mp4@1+1.6", "street-cars-768x432.mp4@2+1.6", "flower-960x540.mp4@1+1.6", "person-signing2-640x480.mkv@0+1.6"),
        Joined("dark", ",lutyuv=y=16+(val-16)*0.3:u=128+(val-128)*0.4:v=128+(val-128)*0.4", "person-dog-720p.mp4@0+1.6", "street-cars-768x432.mp4@2+1.6", "flower-960x540.mp4@1+1.6", "chair-original-portrait-480x720.mp4@3+1.6"),
        Joined("similar pictures", "", "person-signing-640x480.mkv@0+2", "person-signing2-640x480.mkv@0+2", "chair-original-portrait-480x720.mp4@1+2", "chair-original-portrait-480x720.mp4@15+2", "street-cars-768x432.mp4@1+2", "street-cars-768x432.mp4@22+2"),
        Joined("similar colours", ",colorchannelmixer=.5:.4:.1:0:.45:.45:.1:0:.3:.4:.3,format=yuv420p", "person-dog-720p.mp4@0+1.6", "bug-grayscale-640x360.mp4@1+1.6", "person-signing-640x480.mkv@0+1.6", "chair-original-portrait-480x720.mp4@3+1.6", "flower-960x540.mp4@1+1.6"),
        Joined("noisy", ",noise=alls=24:allf=t", "person-dog-720p.mp4@0+1.6", "street-cars-768x432.mp4@2+1.6", "person-signing-640x480.mkv@0+1.6", "flower-960x540.mp4@1+1.6"),
        Dissolved("short dissolves", 0.2),
        Dissolved("dissolves", 0.6),
        new("fades", $"[0:v]{Same},trim=0:2,fade=out:40:10[a];[1:v]{Same},trim=0:2,setpts=PTS-STARTPTS,fade=in:0:10[b];[a][b]concat=n=2", [(1.5, 2.5)], ["person-dog-720p.mp4", "street-cars-768x432.mp4"]),
        new("flashes", $"[0:v]{Same},trim=0:6,drawbox=t=fill:color=white:enable='between(n\\,50\\,51)+between(n\\,100\\,100)'", [], ["person-dog-720p.mp4"]),
        new("fast pan", "[0:v]loop=125:1,fps=25,trim=0:5,scale=1280:-2,crop=320:180:'abs(900-mod(n*45\\,1800))':250,format=yuv420p", [], ["photo-family-3072x1780.jpg"]),
        new("shaking camera", "[0:v]loop=125:1,fps=25,trim=0:5,scale=720:-2,crop=320:180:'200+60*sin(n*1.7)+40*sin(n*3.1)':'100+50*cos(n*2.3)',format=yuv420p", [], ["photo-family-3072x1780.jpg"]),
        new("moving film", $"[0:v]{Same},trim=0:5", [], ["person-dog-720p.mp4"]),
        new("equal brightness", "color=0xC04040:s=320x180:r=25:d=1.2,format=yuv420p[a];color=0x2F802F:s=320x180:r=25:d=1.2,format=yuv420p[b];color=0x6060E0:s=320x180:r=25:d=1.2,format=yuv420p[c];[a][b][c]concat=n=3", [(1.2 - Half, 1.2 + Half), (2.4 - Half, 2.4 + Half)], []),
    ];

    /// <summary>Films that were made after the rules had been chosen, of other clips, places and effects, and by which no rule was changed.</summary>
    public static IReadOnlyList<MadeFilm> HeldOut { get; } =
    [
        Joined("held: hard cuts", "", "bbb-480p-30s.mp4@2+1.7", "talking-head-embedded-srt.mkv@0+1.1", "all-intra-480p.mkv@0.5+1.1", "portrait-720x1080.mp4@0+1", "anamorphic-sar-bframes-800x640.mp4@0.5+1.2", "chair-with-logo-480x720.mp4@4+1.4"),
        Joined("held: warm", ",colorbalance=rs=.4:bs=-.4,format=yuv420p", "bbb-480p-30s.mp4@12+1.4", "person-signing2-640x480.mkv@1+1.2", "portrait-720x1080.mp4@0+1", "street-cars-768x432.mp4@25+1.5"),
        Joined("held: old film", ",hue=s=0,noise=alls=6:allf=t,eq=contrast=0.8", "bbb-480p-30s.mp4@20+1.5", "talking-head-embedded-srt.mkv@0+1.1", "flower-960x540.mp4@3+1.5", "old-film-bw-640x360.mp4@1+1.5"),
        Joined("held: bright", ",eq=brightness=0.25", "chair-with-logo-480x720.mp4@9+1.2", "bbb-480p-30s.mp4@7+1.8", "person-dog-720p.mp4@4+1.2", "talking-head-embedded-srt.mkv@0+1.1"),
        Joined("held: slow film", ",setpts=1.5*PTS,fps=25,trim=0:1.8,setpts=PTS-STARTPTS", "bbb-480p-30s.mp4@15+1.8", "street-cars-768x432.mp4@18+1.8", "anamorphic-sar-bframes-800x640.mp4@1+1.8"),
        new("held: fade through black", $"[0:v]{Same},trim=0:2.4,fade=out:35:25[a];[1:v]{Same},trim=0:2.4,setpts=PTS-STARTPTS,fade=in:0:20[b];[a][b]concat=n=2", [(1.4, 3.2)], ["bbb-480p-30s.mp4", "anamorphic-sar-bframes-800x640.mp4"]),
        new("held: zoom", "[0:v]loop=125:1,fps=25,zoompan=z='1+0.02*on':d=1:s=320x180:fps=25,trim=0:4,format=yuv420p", [], ["photo-leopard.jpg"]),
        new("held: slow pan", "[0:v]loop=125:1,fps=25,trim=0:4,scale=960:-2,crop=320:180:'n*5':100,format=yuv420p", [], ["photo-surfer.jpg"]),
        new("held: swinging light", $"[0:v]{Same},trim=0:5,eq=brightness='0.15*sin(t*6)':eval=frame", [], ["bbb-480p-30s.mp4"]),
    ];

    /// <summary>Makes the file.</summary>
    public async Task<string> MakeAsync(ClipFactory clips, CancellationToken ct)
    {
        // The held-out films trim what they take themselves; some of their clips begin late, and would be short.
        var spare = HeldOut.Contains(this) ? 0.3 : 0;
        var path = Path.Combine(clips.Folder, Name.Replace(' ', '-').Replace(":", "", StringComparison.Ordinal) + ".mp4");
        var inputs = Inputs.SelectMany(i => At(i) is var (file, start, length) && length > 0 ? ["-ss", Text(start), "-t", Text(length + spare), "-i", TestMedia.Path(file)] : new[] { "-i", TestMedia.Path(i) });
        await ReferenceTools.FfmpegAsync([.. inputs, "-filter_complex", Filter, "-an", "-c:v", "libx264", "-preset", "ultrafast", "-crf", "18", path], ct);
        return path;
    }

    public override string ToString() => Name;

    private static MadeFilm Joined(string name, string change, params string[] pieces)
    {
        var filter = string.Concat(pieces.Select((p, i) => $"[{i}:v]setpts=PTS-STARTPTS,{Same},trim=0:{Text(At(p).Length)},setpts=PTS-STARTPTS{change}[v{i}];"))
            + string.Concat(pieces.Select((_, i) => $"[v{i}]")) + $"concat=n={pieces.Length}";
        double end = 0;
        return new MadeFilm(name, filter, [.. pieces.SkipLast(1).Select(p => end += At(p).Length).Select(t => (t - Half, t + Half))], pieces);
    }

    private static MadeFilm Dissolved(string name, double seconds)
    {
        string[] pieces = ["person-dog-720p.mp4@0+2", "street-cars-768x432.mp4@5+2", "flower-960x540.mp4@1+2", "chair-original-portrait-480x720.mp4@3+2"];
        var filter = string.Concat(pieces.Select((p, i) => $"[{i}:v]setpts=PTS-STARTPTS,{Same},trim=0:2,setpts=PTS-STARTPTS,settb=1/25[v{i}];"));
        var before = "v0";
        for (var i = 1; i < pieces.Length; i++)
        {
            filter += $"[{before}][v{i}]xfade=duration={Text(seconds)}:offset={Text(i * (2 - seconds))}[x{i}];";
            before = $"x{i}";
        }

        return new MadeFilm(name, filter + $"[{before}]null", [.. Enumerable.Range(1, pieces.Length - 1).Select(i => (i * (2 - seconds) - Half, (i * (2 - seconds)) + seconds + Half))], pieces);
    }

    private static (string File, double Start, double Length) At(string piece)
    {
        var parts = piece.Split('@', '+');
        return parts.Length < 3 ? (piece, 0, 0) : (parts[0], double.Parse(parts[1], CultureInfo.InvariantCulture), double.Parse(parts[2], CultureInfo.InvariantCulture));
    }

    private static string Text(double value) => value.ToString(CultureInfo.InvariantCulture);
}
