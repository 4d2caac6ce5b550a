-- Revert psyrad:imaging from pg
BEGIN;

DROP VIEW imaging.same_image;
DROP VIEW imaging.voxel;
DROP VIEW imaging.region_value;
DROP VIEW imaging.pre_post;
DROP VIEW imaging.primary;
DROP TABLE imaging.connectome;
DROP TABLE imaging.series;
DROP TABLE imaging.vector;
DROP TABLE imaging.vector_load;
DROP TABLE imaging.acquisition;
DROP TABLE imaging.study_pipeline;
DROP TABLE imaging.pipeline;
DROP TABLE imaging.feature_set;
DROP TABLE imaging.measure;
DROP TABLE imaging.network_region;
DROP TABLE imaging.network;
DROP TABLE imaging.region;
DROP TABLE imaging.atlas_voxel, imaging.region_voxel;
DROP TABLE imaging.atlas_image;
DROP TABLE imaging.atlas;

COMMIT;
