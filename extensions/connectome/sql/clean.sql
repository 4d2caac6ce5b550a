-- Cleaning of regional series.
CREATE FUNCTION psyrad.series_clean(series anyarray, confounds double precision[] DEFAULT NULL, tr double precision DEFAULT 2,
	low_pass double precision DEFAULT NULL, high_pass double precision DEFAULT NULL, detrend boolean DEFAULT true,
	standardize text DEFAULT 'zscore_sample', scrub boolean[] DEFAULT NULL, filter text DEFAULT 'butterworth', extrapolate boolean DEFAULT false)
	RETURNS double precision[] LANGUAGE c IMMUTABLE PARALLEL SAFE COST 100000 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.series_alff(series anyarray, tr double precision, low double precision DEFAULT 0.01, high double precision DEFAULT 0.1)
	RETURNS double precision[] LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100000 AS 'MODULE_PATHNAME';
CREATE FUNCTION psyrad.series_falff(series anyarray, tr double precision, low double precision DEFAULT 0.01, high double precision DEFAULT 0.1)
	RETURNS double precision[] LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100000 AS 'MODULE_PATHNAME';

COMMENT ON FUNCTION psyrad.series_clean(anyarray, double precision[], double precision, double precision, double precision, boolean, text, boolean[], text, boolean) IS
	'A series [timepoints][regions] cleaned as by nilearn.signal.clean, double precision[][]. Order: volumes where scrub is TRUE filled by a cubic spline, '
	'linear detrending, Butterworth filter of order 5 run both ways (low_pass, high_pass in Hz, tr in seconds; in second-order sections, so that narrow bands '
	'keep their digits too; a band narrower than 1 / length of the series says little, whatever the digits), those volumes left out, confounds '
	'[timepoints][columns] removed after the same treatment, standardised: none, zscore (divisor n), zscore_sample (n - 1) or psc (percent of the mean). '
	'filter => cosine: cosine drifts below high_pass among the confounds instead, scrubbed volumes left out first, as they are without any filter. extrapolate => true: the spline goes on to scrubbed volumes '
	'before the first and after the last kept one, which else do not enter the filter. Detrending and high-pass take the mean, which nothing but psc brings back. '
	'A region with a NULL or NaN is NaN. Errors: frequencies outside 0 to Nyquist, too few timepoints for the filter, missing confounds.';
COMMENT ON FUNCTION psyrad.series_alff(anyarray, double precision, double precision, double precision) IS
	'Amplitude of low-frequency fluctuations of each region of [timepoints][regions], as DPABI (Zang et al. 2007): linearly detrended, padded with zeros to a '
	'power of 2 (P), amplitudes 2 |FFT| / timepoints, mean over bins ceil(low P tr) to floor(high P tr), frequencies in Hz. A region with a NULL or NaN is NaN.';
COMMENT ON FUNCTION psyrad.series_falff(anyarray, double precision, double precision, double precision) IS
	'Fractional amplitude of low-frequency fluctuations, as DPABI (Zou et al. 2008): the sum of series_alff''s amplitudes within the band by that over all '
	'frequencies above 0 up to Nyquist. NaN also where nothing fluctuates.';
