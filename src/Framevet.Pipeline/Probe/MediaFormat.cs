namespace Framevet.Pipeline.Probe;

/// <summary>
/// A file format told from its first bytes. <paramref name="Demuxer"/>: the one ffmpeg demuxer that may open it, so that nothing is ever guessed
/// by ffmpeg (playlists and scripts among its guesses would open other files).
/// </summary>
internal sealed record MediaFormat(string Title, string Demuxer, bool IsPicture = false)
{
    public static readonly MediaFormat Gif = new("GIF", "gif");
    public static readonly MediaFormat Png = new("PNG", "png_pipe", IsPicture: true);
    public static readonly MediaFormat Apng = new("animated PNG", "apng");
    public static readonly MediaFormat Jpeg = new("JPEG", "jpeg_pipe", IsPicture: true);
    public static readonly MediaFormat Webp = new("WebP", "webp_pipe", IsPicture: true);
    public static readonly MediaFormat Bmp = new("BMP", "bmp_pipe", IsPicture: true);
    public static readonly MediaFormat Tiff = new("TIFF", "tiff_pipe", IsPicture: true);
    public static readonly MediaFormat Mov = new("MP4/QuickTime", "mov");
    public static readonly MediaFormat Matroska = new("Matroska/WebM", "matroska");
    public static readonly MediaFormat Avi = new("AVI", "avi");
    public static readonly MediaFormat Flv = new("Flash Video", "flv");
    public static readonly MediaFormat Asf = new("Windows Media", "asf");
    public static readonly MediaFormat MpegTs = new("MPEG transport stream", "mpegts");
    public static readonly MediaFormat MpegPs = new("MPEG program stream", "mpeg");
    public static readonly MediaFormat Ogg = new("Ogg", "ogg");
    public static readonly MediaFormat Mxf = new("MXF", "mxf");
    public static readonly MediaFormat Ivf = new("IVF", "ivf");
    public static readonly MediaFormat Mp3 = new("MP3", "mp3");
    public static readonly MediaFormat Flac = new("FLAC", "flac");
    public static readonly MediaFormat Wav = new("WAV", "wav");
    public static readonly MediaFormat Aac = new("AAC", "aac");
}
