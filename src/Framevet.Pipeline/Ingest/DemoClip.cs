using System.Globalization;
using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Ingest;

/// <summary>
/// Draws a clip of twenty seconds with ffmpeg alone: a landscape by day (sharp, then out of focus, then at night), the same at dusk (moving,
/// then standing still) and heads in several skin tones, with hard cuts between them. So each kind of score, gate and doubt has something to say.
/// Thread-safe.
/// </summary>
public sealed class DemoClip(ToolLocator tools, TimeProvider time)
{
    private const int MaxOutput = 1 << 16;
    private const int Width = 960;
    private const int Height = 540;
    private const int FramesPerSecond = 25;

    /// <summary>Pictures are drawn larger than the clip and moved by a crop: drawing is slow, cropping is not.</summary>
    private const string Canvas = "s=1152x612";

    /// <summary>Upper edges of the three layers of land, as lines over X.</summary>
    private const string FarHills = "(0.52*H+34*sin(X/113)+16*sin(X/47+1)+5*sin(X/17))";
    private const string NearHills = "(0.66*H+26*sin(X/83+2)+11*sin(X/29))";
    private const string Field = "(0.80*H+14*sin(X/131+4))";

    /// <summary>Writes the clip to <paramref name="path"/> (MP4, H.264).</summary>
    /// <exception cref="VettingException">ToolMissing, ToolFailed, ToolStalled.</exception>
    public async Task MakeAsync(string path, CancellationToken ct)
    {
        var command = new ToolCommand(tools.Ffmpeg,
        [
            "-hide_banner", "-nostdin", "-v", "error", "-y", "-filter_complex", Graph(), "-map", "[clip]",
            "-c:v", "libx264", "-preset", "veryfast", "-crf", "18", "-pix_fmt", "yuv420p", "-g", "50", "-movflags", "+faststart", "-f", "mp4", $"file:{path}",
        ]);
        var result = await ToolProcess.RunAsync(command, MaxOutput, time, ct).ConfigureAwait(false);
        if (result.ExitCode != 0)
        {
            throw new VettingException(FailureCode.ToolFailed, "ffmpeg could not make the demo clip.", string.Join('\n', result.ErrorLines));
        }
    }

    private static string Graph() => string.Join(';',
        $"{Landscape(new(92, 150, 150, 108, 74, 120), new(140, 100, 140, 134, 108, 142), new(214, 10, 90, 146, 72, 66))},split=3[day][day2][day3]",
        $"{Landscape(new(70, 120, 170, 98, 60, 74), new(52, 60, 110, 70, 52, 58), new(120, 66, 40, 96, 58, 44))},hflip,split=2[dusk][dusk2]",
        $"{Heads()}[heads]",
        Scene("day", 3.5, "sharp", moves: true),
        Scene("day2", 3, "soft", moves: true, ",gblur=sigma=9"),
        Scene("day3", 3, "night", moves: true, ",eq=brightness=-0.36:contrast=0.5:saturation=0.6"),
        Scene("dusk", 3.5, "evening", moves: true),
        Scene("dusk2", 3, "still", moves: false),
        Scene("heads", 4, "people", moves: true),
        $"[sharp][people][soft][evening][night][still]concat=n=6:v=1,fps={FramesPerSecond},setsar=1[clip]");

    /// <summary>Sky with a sun above two lines of hills and a ploughed field.</summary>
    private static string Landscape(Tone red, Tone green, Tone blue)
    {
        const string layer = $"st(0,gt(Y,{FarHills})+gt(Y,{NearHills})+gt(Y,{Field}))";
        const string sun = "st(1,exp(-pow(hypot(X-0.70*W,Y-0.26*H)/46,2))+0.35*exp(-pow(hypot(X-0.70*W,Y-0.26*H)/170,2)))";
        const string furrows = "st(2,26*sin((X-0.5*W)/(Y-0.70*H)*34)*eq(ld(0),3)+14*sin(X/4)*sin(Y/3)*eq(ld(0),2))";
        return $"nullsrc={Canvas}:d=0.04,format=gbrp,geq=r='{Colour(red)}':g='{Colour(green)}':b='{Colour(blue)}',format=yuv420p";

        string Colour(Tone tone) => string.Create(CultureInfo.InvariantCulture,
            $"{layer};{sun};{furrows};if(eq(ld(0),0),clip({tone.Sky}+{tone.SkySlope}*Y/H+{tone.Sun}*ld(1),0,255),if(eq(ld(0),1),{tone.Far},if(eq(ld(0),2),{tone.Near},{tone.Field}))+ld(2))");
    }

    /// <summary>Three heads with shoulders in different skin tones before a wall; what a screen for skin is there to notice.</summary>
    private static string Heads()
    {
        return $"nullsrc={Canvas}:d=0.04,format=gbrp,geq=r='{Colour(74, 238, 205, 148)}':g='{Colour(104, 190, 150, 100)}':b='{Colour(128, 164, 118, 76)}',format=yuv420p";

        string Colour(int wall, int first, int second, int third) => string.Create(CultureInfo.InvariantCulture,
            $"st(0,{Head(0.24, 0.46)});st(1,{Head(0.52, 0.40)});st(2,{Head(0.79, 0.48)});st(3,1.06-0.22*Y/H-0.10*X/W);"
            + $"({wall}+40*Y/H+10*sin(X/19)+26*sin(X/2.2)*sin(Y/2.2))*(1-ld(0))*(1-ld(1))*(1-ld(2))+ld(3)*({first}*ld(0)+(1-ld(0))*({second}*ld(1)+(1-ld(1))*{third}*ld(2)))");
    }

    /// <summary>1 inside a head or its shoulders, 0 outside.</summary>
    private static string Head(double x, double y) => string.Create(CultureInfo.InvariantCulture,
        $"max(exp(-pow(hypot((X-{x}*W)/112,(Y-{y}*H)/146),60)),exp(-pow(hypot((X-{x}*W)/158,(Y-{y}*H-300)/170),60)))");

    private static string Scene(string from, double seconds, string to, bool moves, string look = "") => string.Create(CultureInfo.InvariantCulture,
        $"[{from}]loop=loop={(seconds * FramesPerSecond) - 1:0}:size=1,setpts=N/{FramesPerSecond}/TB,crop={Width}:{Height}:x='{(moves ? "min(n*2,iw-ow)" : "96")}':y='{(moves ? "36+30*sin(n/19)" : "36")}'{look}[{to}]");

    /// <summary>One colour channel of a landscape, 0..255; the sky's slope is added from top to bottom, the sun where it shines.</summary>
    private sealed record Tone(int Sky, int SkySlope, int Sun, int Far, int Near, int Field);
}
